package install

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"time"
)

// trouble is an error of the network in words.
type trouble struct {
	reason, remedy string
	offline        bool // no server was reached
	retryAfter     time.Duration
}

const (
	remedyConnect = "connect to the network, then install the model again, " + remedyFolder
	remedyLater   = "try again later, and it goes on from there, " + remedyFolder
)

// explain puts an error of a request into words. Addresses of requests stay out: they may hold keys.
func explain(err error) trouble {
	var status *statusError
	if errors.As(err, &status) {
		return trouble{reason: fmt.Sprintf("the server answers %d (%s)", status.code, http.StatusText(status.code)), remedy: remedyLater, retryAfter: status.retryAfter}
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return trouble{reason: "the proxy cannot be reached", remedy: "correct the setting network.proxy or HTTPS_PROXY, then install the model again", offline: true}
	}
	var name *net.DNSError
	if errors.As(err, &name) {
		return trouble{reason: fmt.Sprintf("this computer seems to be offline: the address of %s was not found", name.Name), remedy: remedyConnect, offline: true}
	}
	host := "the server"
	var request *url.Error
	if errors.As(err, &request) {
		if u, failed := url.Parse(request.URL); failed == nil && u.Host != "" {
			host = u.Host
		}
		err = request.Err
	}
	switch {
	case isAny(err, syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN):
		return trouble{reason: "this computer seems to be offline: there is no way to " + host, remedy: remedyConnect, offline: true}
	case errors.Is(err, syscall.ECONNREFUSED):
		return trouble{reason: host + " refuses the connection", remedy: remedyLater, offline: true}
	case errors.Is(err, errStalled):
		return trouble{reason: "the server stopped sending", remedy: remedyLater}
	case isAny(err, io.ErrUnexpectedEOF, io.EOF, syscall.ECONNRESET, syscall.EPIPE):
		return trouble{reason: "the connection broke off", remedy: remedyAgain}
	case isTimeout(err):
		return trouble{reason: host + " does not answer", remedy: remedyConnect, offline: op != nil && op.Op == "dial"}
	}
	return trouble{reason: fmt.Sprintf("the download failed (%v)", err), remedy: remedyLater}
}

// untrusted turns the error of a server that could not prove who it is into a final one; nil: it is none.
func untrusted(err error) error {
	var certificate *tls.CertificateVerificationError
	if !errors.As(err, &certificate) {
		return nil
	}
	return &final{fmt.Sprintf("the server could not prove who it is (%v)", certificate.Err),
		"check this computer's date, and whether a proxy opens encrypted connections, " + remedyFolder, err}
}

func isAny(err error, targets ...error) bool {
	for _, t := range targets {
		if errors.Is(err, t) {
			return true
		}
	}
	return false
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout())
}
