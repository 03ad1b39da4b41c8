package install

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestOfflineIsSaidInASentence(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for mirror, says := range map[string]string{
		"http://" + closed.Addr().String(): "refuses the connection",
		"https://models.of.nobody.invalid": "this computer seems to be offline: the address of models.of.nobody.invalid was not found",
	} {
		m, _ := published(1000)
		i := newTestInstaller(t, mirror)
		err := i.Install(t.Context(), m, filepath.Join(t.TempDir(), m.ID), nil)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "--from") {
			t.Errorf("%s: %v", mirror, err)
		}
	}
}

func TestEveryTroubleHasItsSentence(t *testing.T) {
	inRequest := func(err error) error {
		return &url.Error{Op: "Get", URL: "https://hub.example/x?key=secret", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
	for says, err := range map[string]error{
		"offline: there is no way to hub.example": inRequest(syscall.ENETUNREACH),
		"offline: the address of hub":             inRequest(&net.DNSError{Err: "no such host", Name: "hub", IsNotFound: true}),
		"hub.example refuses":                     inRequest(syscall.ECONNREFUSED),
		"hub.example does not answer":             inRequest(syscall.ETIMEDOUT),
		"broke off":                               inRequest(syscall.ECONNRESET),
		"stopped sending":                         errStalled,
		"proxy cannot be reached":                 &url.Error{Op: "Get", URL: "https://hub.example", Err: &net.OpError{Op: "proxyconnect", Err: syscall.ECONNREFUSED}},
		"answers 503 (Service Unavailable)":       &statusError{code: 503},
		"the download failed (something else)":    errors.New("something else"),
	} {
		if got := explain(err); !strings.Contains(got.reason, says) || got.remedy == "" || strings.Contains(got.reason+got.remedy, "secret") {
			t.Errorf("%v: %+v, want %q", err, got, says)
		}
	}
}

func TestAServerThatCannotProveWhoItIsIsNotTrusted(t *testing.T) {
	asked := 0
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	m, _ := published(1000)
	err := newTestInstaller(t, server.URL).Install(t.Context(), m, filepath.Join(t.TempDir(), m.ID), nil)
	if err == nil || !strings.Contains(err.Error(), "could not prove who it is") || asked != 0 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}

// TestDownloadsGoThroughTheProxy has a proxy that writes down where it should connect to, and refuses.
func TestDownloadsGoThroughTheProxy(t *testing.T) {
	hosts := make(chan string, 100)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hosts <- r.Method + " " + r.Host
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	for name, change := range map[string]func(*Options){
		"set": func(o *Options) { o.Proxy = proxy.URL },
		"of the environment": func(o *Options) {
			o.Getenv = func(name string) string { return map[string]string{"https_proxy": proxy.URL}[name] }
		},
	} {
		m, _ := published(1000)
		i := newTestInstaller(t, "", change)
		if err := i.Install(t.Context(), m, filepath.Join(t.TempDir(), m.ID), nil); err == nil {
			t.Errorf("%s: no error", name)
		}
		select {
		case host := <-hosts:
			if host != "CONNECT example.org:443" {
				t.Errorf("%s: %s", name, host)
			}
		default:
			t.Errorf("%s: the proxy was not asked", name)
		}
		for len(hosts) > 0 {
			<-hosts
		}
	}
}

func TestSettingsThatAreNoAddressesAreRefused(t *testing.T) {
	for _, o := range []Options{
		{Proxy: "proxy.example:3128"}, {Proxy: "ftp://proxy.example"}, {Proxy: "http://"}, {Proxy: "http://%zz"},
		{Mirror: "http://example.org"}, {Mirror: "http://127.0.0.1.example.org"}, {Mirror: "ftp://127.0.0.1"},
		{Mirror: "https://who@example.org"}, {Mirror: "http://127.0.0.1:80/path"}, {Mirror: "127.0.0.1:80"},
	} {
		if _, err := New(o); err == nil || !strings.Contains(err.Error(), "http") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, o := range []Options{
		{Proxy: "http://proxy.example:3128"}, {Proxy: "socks5://[::1]:1080"}, {Mirror: "http://[::1]:80"}, {Mirror: "http://localhost:1/"}, {Mirror: "https://example.org"},
	} {
		if _, err := New(o); err != nil {
			t.Error(err)
		}
	}
}

// TestTheQuestionHoldsNothingButTheFile reads what goes over the wire.
func TestTheQuestionHoldsNothingButTheFile(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	heads := make(chan []string, 10)
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				close(heads)
				return
			}
			var head []string
			for s := bufio.NewScanner(c); s.Scan() && s.Text() != ""; {
				head = append(head, s.Text())
			}
			_, _ = fmt.Fprint(c, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nSet-Cookie: who=you\r\n\r\n")
			c.Close()
			heads <- head
		}
	}()
	m, _ := published(1000)
	m.Files[1].URL, m.Files[2].URL, m.Files[3].URL = m.Files[0].URL, m.Files[0].URL, m.Files[0].URL
	_ = newTestInstaller(t, "http://"+listener.Addr().String(), func(o *Options) { o.Connections = 1 }).Install(t.Context(), m, filepath.Join(t.TempDir(), m.ID), nil)
	listener.Close()
	for head := range heads {
		want := []string{"GET /who/sample/resolve/abc/onnx/image.onnx HTTP/1.1", "Host: " + listener.Addr().String(), "User-Agent: pixel-detective", "Accept-Encoding: identity"}
		if strings.Join(head, "|") != strings.Join(want, "|") {
			t.Errorf("%q", head)
		}
	}
}

func TestCertificateErrorsAreFinal(t *testing.T) {
	var end *final
	if err := untrusted(&url.Error{Err: &tls.CertificateVerificationError{Err: errors.New("expired")}}); !errors.As(err, &end) {
		t.Error(err)
	}
	if err := untrusted(errors.New("other")); err != nil {
		t.Error(err)
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-7": 0, "x": 0, "99999999999": 0,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute, "Fri, 02 Jan 2026 03:03:05 GMT": 0,
	} {
		if got := retryAfter(text, now); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestBackoffGrowsToItsLimit(t *testing.T) {
	i := newTestInstaller(t, "", func(o *Options) { o.Pace.Backoff, o.Pace.Longest = time.Second, 10*time.Second })
	for n, most := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 5: 10 * time.Second, 100: 10 * time.Second} {
		seen := map[time.Duration]bool{}
		for range 50 {
			d := i.backoff(n)
			if d < most/2 || d > most {
				t.Errorf("try %d: %s, not within %s and %s", n, d, most/2, most)
			}
			seen[d] = true
		}
		if len(seen) < 10 {
			t.Errorf("try %d: only %d different waits", n, len(seen))
		}
	}
}

func FuzzContentRange(f *testing.F) {
	for _, text := range []string{"bytes 0-9/10", "bytes 5-9/*", "bytes */10", "bytes -/", "bytes 9-1/-3", "items 0-1/2", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, total, ok := contentRange(text)
		if ok && (first < 0 || total < -1) {
			t.Errorf("%q: %d of %d", text, first, total)
		}
	})
}
