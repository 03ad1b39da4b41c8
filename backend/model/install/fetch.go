package install

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"time"
)

const (
	// maxTries is how often a file is asked for again without a new byte.
	maxTries = 6
	// maxTriesOffline is the same where no server was ever reached.
	maxTriesOffline = 3
	// flushEvery is how many bytes are written between two flushes to the disk. Few, so that one never takes long.
	flushEvery = 32 << 20
)

// errStalled is why a request was ended that brought no byte for too long.
var errStalled = errors.New("no byte came for too long")

// fetch downloads one file: as often as it takes, as long as there is hope.
func (i *Installer) fetch(ctx context.Context, j *job) error {
	if j.file.URL == "" {
		return j.failed(nil, "it is not published anywhere", "make it as models/export in the sources says, "+
			"then install the model from that folder (pixel-detective models install ID --from FOLDER)")
	}
	second := false
	tries, most := 0, j.size()
	reached := false
	for {
		err := i.attempt(ctx, j)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var spoilt *wrong
		var end *final
		switch {
		case errors.As(err, &spoilt):
			if !spoilt.offered {
				j.discard()
			}
			if second {
				return j.spoilt(spoilt)
			}
			second = true
			continue
		case errors.As(err, &end):
			return j.failed(err, end.reason, end.remedy)
		}
		trouble := explain(err)
		reached = reached || !trouble.offline
		if have := j.size(); have > most {
			most, tries = have, 0
		}
		tries++
		if tries >= maxTries || (!reached && tries >= maxTriesOffline) {
			return j.failed(err, trouble.reason, trouble.remedy)
		}
		wait := i.backoff(tries)
		if asked := trouble.retryAfter; asked > i.pace.Patience {
			return j.failed(err, fmt.Sprintf("%s, and asks to wait %s", trouble.reason, asked.Round(time.Second)), "install the model again after that time, and it goes on from there")
		} else if asked > wait {
			wait = asked
		}
		j.tracker.waiting(j.number, trouble.reason)
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		j.tracker.waiting(j.number, "")
	}
}

// spoilt says that a file was not the published one, twice.
func (j *job) spoilt(w *wrong) error {
	remedy := "try again later, " + remedyFolder
	switch {
	case w.offered:
		return j.failed(w, w.reason, remedy)
	case j.file.Unverified:
		remedy = "it may have been published anew: remove the model, then install it again"
	}
	return j.failed(w, w.reason+"; it was fetched twice and thrown away", remedy)
}

// backoff returns how long to wait before the n-th new try, n ≥ 1: Backoff doubled each time, half of it by chance.
func (i *Installer) backoff(n int) time.Duration {
	full := min(i.pace.Backoff<<min(n-1, 20), i.pace.Longest)
	return full/2 + rand.N(full/2+1)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attempt goes on with a file from what is on disk, by one request at most. nil: it is in its place.
func (i *Installer) attempt(ctx context.Context, j *job) error {
	n := j.readNote()
	have := j.size()
	// A part may be gone on with if something will tell whether the file behind it changed: the server, or its hash.
	known := n.URL != "" && (n.ETag != "" || n.LastModified != "" || j.file.SHA256 != "")
	if have == 0 || !known || have > j.most() {
		j.discard()
		have, n = 0, note{}
	}
	if err := j.rehash(ctx, have); err != nil {
		return err
	}
	j.tracker.has(j.number, have)
	if whole := j.wholeSize(n); have == 0 || have != whole {
		if err := i.request(ctx, j, n); err != nil {
			return err
		}
	}
	sum := sumOf(j.hash)
	if err := j.judge(j.hashed, sum); err != nil {
		return err
	}
	return j.place(j.part(), j.hashed, sum, j.file.URL)
}

// wholeSize returns how many bytes the file has, by its manifest or by its note; −1: not known.
func (j *job) wholeSize(n note) int64 {
	switch {
	case !j.file.Unverified:
		return j.file.Bytes
	case n.URL != "":
		return n.Bytes
	}
	return -1
}

// rehash makes the hash be that of the part's first have bytes, by reading them if need be.
func (j *job) rehash(ctx context.Context, have int64) error {
	if j.hash != nil && j.hashed == have {
		return nil
	}
	j.hash, j.hashed = sha256.New(), 0
	if have == 0 {
		return nil
	}
	f, err := os.Open(j.part())
	if err != nil {
		return disk(err)
	}
	defer f.Close()
	if err := digest(ctx, j.hash, f, have); err != nil {
		j.hash = nil
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &wrong{reason: fmt.Sprintf("what is on disk of it cannot be read (%v)", err)}
	}
	j.hashed = have
	return nil
}

// request asks for what is missing of a file and writes it.
func (i *Installer) request(ctx context.Context, j *job, n note) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	u, err := i.address(j.file.URL)
	if err != nil {
		return err
	}
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return err
	}
	ask.Header.Set("User-Agent", "pixel-detective")
	ask.Header.Set("Accept-Encoding", "identity")
	if j.hashed > 0 {
		ask.Header.Set("Range", fmt.Sprintf("bytes=%d-", j.hashed))
		if n.ETag != "" {
			ask.Header.Set("If-Range", n.ETag)
		} else if n.LastModified != "" {
			ask.Header.Set("If-Range", n.LastModified)
		}
	}
	answer, err := i.client.Do(ask)
	if err != nil {
		if end := untrusted(err); end != nil {
			return end
		}
		return err
	}
	defer answer.Body.Close()
	total, err := j.begin(answer, n)
	if err != nil {
		return err
	}
	if total == j.hashed { // all is here already
		return nil
	}
	quiet := time.AfterFunc(i.pace.Stall, func() { cancel(errStalled) })
	defer quiet.Stop()
	err = j.write(answer.Body, total, func() { quiet.Reset(i.pace.Stall) })
	if errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	return err
}

// write appends a body to the part. total is the size of the whole file, −1 if nobody knows it.
func (j *job) write(body io.Reader, total int64, came func()) (err error) {
	flags := os.O_WRONLY | os.O_APPEND
	if j.hashed == 0 {
		flags = os.O_WRONLY | os.O_CREATE | os.O_EXCL
	}
	f, err := os.OpenFile(j.part(), flags, 0o644)
	if err != nil {
		return disk(err)
	}
	defer func() {
		// What came is kept, also of a body that broke off.
		if failed := errors.Join(f.Sync(), f.Close()); failed != nil && err == nil {
			err = disk(failed)
		}
	}()
	buf := make([]byte, 256<<10)
	flushed := j.hashed
	for {
		n, failed := body.Read(buf)
		if n > 0 {
			came()
			if j.hashed+int64(n) > j.most() || (total >= 0 && j.hashed+int64(n) > total) {
				return &wrong{reason: fmt.Sprintf("the server sends more than the %d bytes that it should have", j.file.Bytes)}
			}
			if _, err := f.Write(buf[:n]); err != nil {
				j.hash = nil // some of it may have been written
				return disk(err)
			}
			j.hash.Write(buf[:n])
			j.hashed += int64(n)
			j.tracker.received(j.number, j.hashed, n)
		}
		if j.hashed-flushed >= flushEvery {
			if err := f.Sync(); err != nil {
				return disk(err)
			}
			flushed = j.hashed
		}
		switch {
		case errors.Is(failed, io.EOF):
			if total >= 0 && j.hashed < total {
				return io.ErrUnexpectedEOF
			}
			return nil
		case failed != nil:
			return failed
		}
	}
}
