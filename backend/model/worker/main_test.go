package worker_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/model/worker/internal/fault"
	"pixeldetective/backend/model/worker/serve"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture"
)

// The test executable is also the child (with faults in its engines) and the parent that gets killed.
const (
	childMode  = "PIXEL_DETECTIVE_TEST_CHILD=1"
	parentMode = "PIXEL_DETECTIVE_TEST_PARENT=1"
)

func TestMain(m *testing.M) {
	set := func(assignment string) bool {
		name, value, _ := strings.Cut(assignment, "=")
		return os.Getenv(name) == value
	}
	switch {
	case set(childMode):
		os.Exit(serve.Run(os.Args[1:], faulty()))
	case set(parentMode):
		os.Exit(doomedParent())
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if realWorkerUsed.Load() {
			if exe, err := realWorker(); err == nil {
				_ = os.RemoveAll(filepath.Dir(exe))
			}
		}
		os.Exit(code)
	}))
}

// faulty are engines that do what the photo, the model's family or the text says.
func faulty() serve.Engines {
	e := serve.Engines{
		Startup: func() (string, error) {
			switch os.Getenv("FAULT_STARTUP") {
			case "error":
				return "", errors.New("libvips 8.14 or newer is needed")
			case "exit":
				os.Exit(3)
			case "hang":
				select {}
			case "garbage":
				_, _ = syscall.Write(protocolOut(), []byte(strings.Repeat("garbage ", 100)))
			}
			return "8.14.1", nil
		},
		Decode: faultyDecode,
		LoadText: func(_ context.Context, o encoder.LoadOptions) (encoder.TextEncoder, encoder.Loaded, error) {
			return faultyText{o}, loaded, load(o)
		},
		LoadImage: func(_ context.Context, o encoder.LoadOptions) (encoder.ImageEncoder, encoder.Loaded, error) {
			return faultyImage{o}, loaded, load(o)
		},
		Protocol: worker.ProtocolVersion,
		Build:    "test",
	}
	if n, err := strconv.Atoi(os.Getenv("FAULT_PROTOCOL")); err == nil {
		e.Protocol = uint32(n)
	}
	return e
}

// protocolOut finds the descriptor that the protocol was moved to.
func protocolOut() int {
	for fd := 3; fd < 64; fd++ {
		var st syscall.Stat_t
		flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFL, 0)
		if errno == 0 && syscall.Fstat(fd, &st) == nil && st.Mode&syscall.S_IFMT == syscall.S_IFIFO &&
			flags&syscall.O_ACCMODE == syscall.O_WRONLY && flags&syscall.O_NONBLOCK != 0 {
			return fd
		}
	}
	return -1
}

func faultyDecode(ctx context.Context, j picture.Job) (picture.Result, error) {
	r := picture.Result{
		Thumbnail:   []byte{0xff, 0xd8, 0xff, 0xd9},
		Metadata:    photo.Metadata{Format: "jpeg", Width: 40, Height: 30, Title: string(j.Sidecar)},
		PixelDigest: photo.PixelDigest{1}, PerceptualHash: 7,
	}
	for _, in := range j.Inputs {
		r.Inputs = append(r.Inputs, make([]byte, in.Width*in.Height*3))
	}
	order, _, _ := strings.Cut(string(j.Data[:min(len(j.Data), 100)]), "\n")
	switch order {
	case "refuse":
		return r, &picture.RefusedError{Reason: "the file holds no picture"}
	case "refuse oddly":
		return r, &picture.RefusedError{Reason: "bad\x00\xff" + strings.Repeat("x", 1<<16)}
	case "wait":
		<-ctx.Done()
		return r, ctx.Err()
	case "hang":
		fault.Hang()
	case "abort":
		fault.Abort()
	case "exit":
		os.Exit(3)
	case "panic":
		panic("index out of range in a photo")
	case "eat":
		fault.Eat()
	case "eat in Go":
		var all [][]byte
		for {
			b := make([]byte, 64<<20)
			for i := 0; i < len(b); i += 4096 {
				b[i] = 1
			}
			all = append(all, b)
			runtime.KeepAlive(all)
		}
	case "print":
		fault.Print("native code says hello")
		fmt.Println("Go code says hello")
	case "long line":
		_, _ = os.Stderr.WriteString(strings.Repeat("x", 1<<20))
	case "garbage":
		_, _ = syscall.Write(protocolOut(), []byte(strings.Repeat("garbage ", 100)))
		<-ctx.Done()
	case "short input":
		r.Inputs[0] = r.Inputs[0][1:]
	case "no digest":
		r.PixelDigest = photo.PixelDigest{}
	case "absurd size":
		r.Metadata.Width = -1
	case "escape":
		r.Metadata.Keywords = escape(string(j.Sidecar))
	}
	return r, nil
}

// escape tries what a sandbox must deny and returns what was not denied.
func escape(file string) (got []string) {
	try := func(what string, err error) {
		if err == nil {
			got = append(got, what)
		}
	}
	_, err := os.ReadFile(file)
	try("read a file", err)
	_, err = os.ReadDir("/")
	try("list a folder", err)
	try("write a file", os.WriteFile(file+".new", nil, 0o600))
	try("remove a file", os.Remove(file))
	try("truncate a file", os.Truncate(file, 0))
	_, err = syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	try("a unix socket", err)
	_, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	try("a UDP socket", err)
	_, err = net.Dial("tcp", "127.0.0.1:22")
	try("a TCP connection", err)
	try("run a program", exec.Command("/bin/true").Run())
	try("exec", syscall.Exec("/bin/true", []string{"true"}, nil))
	try("signal the parent", syscall.Kill(os.Getppid(), 0))
	// These two would do harm if they worked. Their arguments are wrong: only a filter says EPERM to them.
	const peek, noProcess = 1, 1 << 30
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PTRACE, peek, noProcess, 0); errno != syscall.EPERM {
		got = append(got, "ptrace")
	}
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, syscall.CLONE_SIGHAND, 0, 0, 0, 0, 0); errno != syscall.EPERM {
		got = append(got, "fork")
	}
	return got
}

var loaded = encoder.Loaded{Device: "cpu", FallbackReason: "no CUDA device", Runtime: "1.30.0", FromCache: true}

func load(o encoder.LoadOptions) error {
	switch o.Model.Family {
	case "altered":
		return fmt.Errorf("load: %w", &catalog.AlteredError{File: "/m/a.onnx", Want: "SHA-256 aa", Have: "SHA-256 bb"})
	case "missing":
		return &catalog.MissingError{File: "/m/a.onnx", Err: os.ErrNotExist}
	case "contract":
		return &encoder.ContractError{File: "a.onnx", Reason: "it has no input \"pixels\""}
	case "runtime":
		return &encoder.RuntimeError{Path: "/lib/x.so", Reason: "it is of version 1.20"}
	case "odd":
		return errors.New("the moon is in the wrong quarter")
	case "eat":
		fault.Eat()
	}
	return nil
}

type faultyText struct{ o encoder.LoadOptions }

func (faultyText) Close() {}
func (t faultyText) Encode(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		v := make([]float32, t.o.Model.Dimension)
		v[len(text)%len(v)] = 1
		switch text {
		case "nan":
			v[0] = float32(nan())
		case "long":
			v[1] = 7
		case "wide":
			v = slices.Concat(v, []float32{0})
		case "hang":
			fault.Hang()
		case "wait":
			<-ctx.Done()
			return nil, ctx.Err()
		}
		vectors[i] = v
	}
	return vectors, nil
}

func nan() float64 { z := 0.0; return z / z }

type faultyImage struct{ o encoder.LoadOptions }

func (faultyImage) Close() {}
func (t faultyImage) Encode(_ context.Context, pixels [][]byte) ([]encoder.Embedding, error) {
	out := make([]encoder.Embedding, len(pixels))
	for i, p := range pixels {
		v := make([]float32, t.o.Model.Dimension)
		v[int(p[0])%len(v)] = 1
		out[i] = encoder.Embedding{Vector: v, Tags: []photo.Tag{{Name: "dog", Kind: "coco", Score: float32(p[1])}}}
	}
	return out, nil
}

// doomedParent starts a child, gives it a photo that hangs, says the child's process id, and waits to be killed.
func doomedParent() int {
	p, err := worker.Start(context.Background(), worker.Options{
		Executable: os.Args[0], Role: worker.Role(os.Getenv("ROLE")), Env: []string{childMode}, Build: "test",
	})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	say := func() { fmt.Println(p.PID()) }
	switch p.Role() {
	case worker.RoleDecode:
		_, err = p.Decode(context.Background(), worker.DecodeJob{Data: []byte(os.Getenv("ORDER")), Begun: say})
	default:
		ref := photo.ModelRef{ID: "m", Revision: "1"}
		if _, err = p.Load(context.Background(), textJob("ok")); err == nil {
			say()
			_, err = p.EncodeText(context.Background(), ref, []string{"hang"})
		}
	}
	fmt.Println(err)
	return 1
}

func textJob(family string) worker.LoadJob {
	return worker.LoadJob{
		Model: catalog.Model{ID: "m", Revision: "1", Family: family, Dimension: 8}, Graph: catalog.GraphText, Device: "cpu",
	}
}

// start starts a faulty child that is gone when the test ends.
func start(t testing.TB, role worker.Role, change ...func(*worker.Options)) *worker.Process {
	t.Helper()
	o := options(role)
	for _, c := range change {
		c(&o)
	}
	p, err := worker.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(5 * time.Second) })
	return p
}

func options(role worker.Role) worker.Options {
	o := worker.Options{Executable: os.Args[0], Role: role, Build: "test", Env: []string{childMode}}
	if raceDetector {
		o.MemoryLimit = 1 // none: the detector's own memory would count
	}
	return o
}

func withEnv(env ...string) func(*worker.Options) {
	return func(o *worker.Options) { o.Env = append(o.Env, env...) }
}

// gone says whether a process has ended; one that nobody has reaped yet has.
func gone(pid int) bool { return strings.ContainsRune("ZX", state(pid)) }

// state returns the letter that the kernel gives a process; X for one that is not there.
func state(pid int) rune {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 'X'
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	return rune(rest[0])
}

func within(t testing.TB, limit time.Duration, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(2 * time.Millisecond) {
		if done() {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen within %s", what, limit)
		}
	}
}

var goodJob = worker.DecodeJob{
	Data: []byte("ok"), ThumbnailSide: 320,
	Inputs: []worker.InputSpec{{Width: 12, Height: 10, Fit: "stretch", Filter: "bicubic"}},
}

func order(what string) worker.DecodeJob {
	j := goodJob
	j.Data = []byte(what)
	return j
}
