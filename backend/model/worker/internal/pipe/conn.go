package pipe

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// What both ends of the protocol agree on. The windows and buffers were measured: with them 5 MB cross in 11 ms.
const (
	// MaxMessage is the largest message, in bytes: a photo of 256 MiB with its sidecar and room to spare.
	MaxMessage = 300 << 20
	// Window is the flow control window of a call and of the connection, in bytes.
	Window = 16 << 20
	// Buffer is the size of gRPC's read and write buffers, in bytes.
	Buffer = 256 << 10
	// Size is what the kernel is asked to hold of a pipe, in bytes.
	Size = 1 << 20
)

// Conn is a connection made of a pipe to read from and a pipe to write to.
type Conn struct {
	in, out *os.File
	ended   func(error)
	once    sync.Once
	err     error
}

// New makes a connection that owns both files. They must be in non-blocking mode, or deadlines and Close have no effect
// on a blocked read. If ended is not nil it is called, in the reader's goroutine, when reading fails.
func New(in, out *os.File, ended func(error)) *Conn {
	return &Conn{in: in, out: out, ended: ended}
}

// Read reads from the other side.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	if err != nil && c.ended != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		c.ended(err)
	}
	return n, err
}

// Write writes to the other side.
func (c *Conn) Write(p []byte) (int, error) { return c.out.Write(p) }

// Close closes both pipes; reads and writes in progress return. Closing again does nothing.
func (c *Conn) Close() error {
	c.once.Do(func() { c.err = errors.Join(c.out.Close(), c.in.Close()) })
	return c.err
}

// LocalAddr says "pipe".
func (c *Conn) LocalAddr() net.Addr { return addr{} }

// RemoteAddr says "pipe".
func (c *Conn) RemoteAddr() net.Addr { return addr{} }

// SetDeadline bounds reads and writes.
func (c *Conn) SetDeadline(t time.Time) error {
	return errors.Join(c.in.SetReadDeadline(t), c.out.SetWriteDeadline(t))
}

// SetReadDeadline bounds reads.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.in.SetReadDeadline(t) }

// SetWriteDeadline bounds writes.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.out.SetWriteDeadline(t) }

type addr struct{}

func (addr) Network() string { return "pipe" }
func (addr) String() string  { return "pipe" }

// Listener hands out one connection, then waits to be closed.
type Listener struct {
	conn chan net.Conn
	done chan struct{}
	once sync.Once
}

// Listen returns a listener that accepts c and nothing else.
func Listen(c net.Conn) *Listener {
	l := &Listener{conn: make(chan net.Conn, 1), done: make(chan struct{})}
	l.conn <- c
	return l
}

// Accept returns the connection once; later calls block until Close.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close makes Accept return. The connection stays open.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr says "pipe".
func (l *Listener) Addr() net.Addr { return addr{} }
