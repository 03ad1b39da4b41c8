package install

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// maxRedirects is how many addresses a server may send us on to.
const maxRedirects = 10

// newClient makes the client of an Installer: without cookies and accounts, and only by encrypted connections but for a
// mirror on this computer.
func newClient(o Options, p Pace, mirror *url.URL) (*http.Client, error) {
	proxy, err := proxyOf(o)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: p.Connect, KeepAlive: 30 * time.Second}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                 proxy,
			DialContext:           dialer.DialContext,
			TLSHandshakeTimeout:   p.Connect,
			ResponseHeaderTimeout: p.Answer,
			IdleConnTimeout:       p.Stall,
			MaxIdleConnsPerHost:   maxConnections,
			ForceAttemptHTTP2:     true,
			DisableCompression:    true, // a part of a compressed file would be worth nothing
		},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			if len(before) > maxRedirects {
				return &final{fmt.Sprintf("the server sends us on more than %d times", maxRedirects), "try again later, " + remedyFolder, nil}
			}
			return allowed(next.URL, mirror)
		},
	}, nil
}

// allowed refuses addresses that are not encrypted, but those of this computer where a mirror is there.
func allowed(u, mirror *url.URL) error {
	switch {
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && mirror != nil && mirror.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	}
	return &final{
		fmt.Sprintf("the server sends us on to an address that is not encrypted (%s://%s)", u.Scheme, u.Host),
		"somebody between you and the server may do so; try another network, " + remedyFolder, nil,
	}
}

// proxyOf returns which proxy a request goes through: the one that was set, else the environment's.
func proxyOf(o Options) (func(*http.Request) (*url.URL, error), error) {
	get := func(name string) string {
		if v := o.Getenv(name); v != "" {
			return v
		}
		return o.Getenv(strings.ToLower(name))
	}
	c := httpproxy.Config{HTTPProxy: get("HTTP_PROXY"), HTTPSProxy: get("HTTPS_PROXY"), NoProxy: get("NO_PROXY")}
	if o.Proxy != "" {
		u, err := url.Parse(o.Proxy)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5") {
			return nil, fmt.Errorf("the proxy %q (setting network.proxy) is not an address such as http://proxy.example:3128; correct it, or empty it", o.Proxy)
		}
		c = httpproxy.Config{HTTPProxy: o.Proxy, HTTPSProxy: o.Proxy, NoProxy: get("NO_PROXY")}
	}
	choose := c.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		u, err := choose(r.URL)
		if err != nil {
			// The address may hold a password: it is not shown.
			return nil, &final{"the proxy that the environment names is not an address", "correct HTTPS_PROXY, or set network.proxy", errors.New("proxy")}
		}
		return u, nil
	}, nil
}

func parseMirror(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err == nil && u.Host != "" && u.User == nil && (u.Path == "" || u.Path == "/") &&
		(u.Scheme == "https" || (u.Scheme == "http" && isLoopback(u.Hostname()))) {
		return u, nil
	}
	return nil, fmt.Errorf("the mirror %q (%s) is not an https address, nor an http address of this computer such as http://127.0.0.1:8000", text, EnvMirror)
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// address returns where a file is asked for.
func (i *Installer) address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, err
	}
	if i.mirror != nil {
		u.Scheme, u.Host = i.mirror.Scheme, i.mirror.Host
	}
	return u, allowed(u, i.mirror)
}
