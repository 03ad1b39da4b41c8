package install

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// statusError is an answer that may be another one later.
type statusError struct {
	code       int
	retryAfter time.Duration // as the server asked for; 0: it did not
}

func (e *statusError) Error() string { return fmt.Sprintf("the server answers %d", e.code) }

// errOtherPart is an answer with a part of the file that was not asked for.
var errOtherPart = errors.New("the server answers with another part of the file than was asked for")

// begin judges an answer's head, and makes the part fit it: thrown away where the body begins at 0. It returns the size of
// the whole file, −1 if the server does not say.
func (j *job) begin(a *http.Response, n note) (total int64, err error) {
	switch a.StatusCode {
	case http.StatusOK:
		return j.fromStart(a, a.ContentLength)
	case http.StatusPartialContent:
		first, total, ok := contentRange(a.Header.Get("Content-Range"))
		switch {
		case !ok || first != j.hashed:
			j.discard()
			return 0, errOtherPart
		case j.hashed == 0:
			return j.fromStart(a, total)
		case n.Bytes >= 0 && total >= 0 && total != n.Bytes:
			// If-Range should have seen to that.
			j.discard()
			return 0, errOtherPart
		}
		return total, j.checkTotal(total)
	case http.StatusRequestedRangeNotSatisfiable:
		_, total, _ := contentRange(a.Header.Get("Content-Range"))
		if j.hashed > 0 && total == j.hashed {
			return total, nil
		}
		j.discard()
		return 0, &statusError{code: a.StatusCode}
	}
	return 0, refused(a)
}

// fromStart begins a file anew, with a note of what it is.
func (j *job) fromStart(a *http.Response, total int64) (int64, error) {
	if e := a.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return 0, &wrong{fmt.Sprintf("the server sends it encoded (%.20q)", e), true}
	}
	if err := j.checkTotal(total); err != nil {
		return 0, err
	}
	j.discard()
	if err := j.rehash(a.Request.Context(), 0); err != nil {
		return 0, err
	}
	n := note{URL: j.file.URL, LastModified: a.Header.Get("Last-Modified"), Bytes: total}
	if tag := a.Header.Get("ETag"); !strings.HasPrefix(tag, "W/") { // a weak one does not promise the same bytes
		n.ETag = tag
	}
	if err := j.writeNote(n); err != nil {
		return 0, disk(err)
	}
	return total, nil
}

// checkTotal compares the size that a server announces with the manifest's.
func (j *job) checkTotal(total int64) error {
	switch {
	case total < 0:
		return nil
	case j.file.Unverified && total <= j.most():
		j.tracker.size(j.number, total)
		return nil
	case total == j.file.Bytes:
		return nil
	}
	return &wrong{fmt.Sprintf("the server offers %d bytes, and it should have %d", total, j.file.Bytes), true}
}

// contentRange reads "bytes FIRST-LAST/TOTAL" and "bytes */TOTAL" (RFC 9110, 14.4); total is −1 for "*".
func contentRange(text string) (first, total int64, ok bool) {
	rest, ok := strings.CutPrefix(text, "bytes ")
	part, size, found := strings.Cut(rest, "/")
	if !ok || !found {
		return 0, -1, false
	}
	total = -1
	if size != "*" {
		n, err := strconv.ParseInt(size, 10, 64)
		if err != nil || n < 0 {
			return 0, -1, false
		}
		total = n
	}
	begin, _, found := strings.Cut(part, "-")
	if !found {
		return 0, total, part == "*"
	}
	first, err := strconv.ParseInt(begin, 10, 64)
	return first, total, err == nil && first >= 0
}

// refused turns an answer that brings no file into an error.
func refused(a *http.Response) error {
	host := a.Request.URL.Host
	switch code := a.StatusCode; {
	case code == http.StatusTooManyRequests || code == http.StatusRequestTimeout || code == http.StatusTooEarly || code >= 500:
		return &statusError{code: code, retryAfter: retryAfter(a.Header.Get("Retry-After"), time.Now())}
	case code == http.StatusNotFound || code == http.StatusGone:
		return &final{fmt.Sprintf("%s no longer has it (%d)", host, code), "look for a newer version of the program, " + remedyFolder, nil}
	case code == http.StatusUnauthorized || code == http.StatusForbidden || code == http.StatusUnavailableForLegalReasons:
		return &final{fmt.Sprintf("%s does not give it to everybody (%d)", host, code),
			"fetch it with a browser from where it is published, and install the model from that folder (pixel-detective models install ID --from FOLDER)", nil}
	case code == http.StatusProxyAuthRequired:
		return &final{"the proxy asks for a name and a password (407)", "put them into HTTPS_PROXY (http://NAME:PASSWORD@HOST:PORT)", nil}
	default:
		return &final{fmt.Sprintf("%s answers with something else than the file (%d)", host, code), "try again later, " + remedyFolder, nil}
	}
}

// retryAfter reads how long a server asks to wait (RFC 9110, 10.2.3): seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}
