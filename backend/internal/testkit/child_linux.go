package testkit

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// envChild is set in a process that runs one test for another.
const envChild = "PIXEL_DETECTIVE_TEST_CHILD"

// Confinement says how a test's own process differs from the one that runs the others.
type Confinement struct {
	// Nobody runs the test as a user who owns nothing; the test makes what this user should be able to use beforehand,
	// with its own rights, in Prepare.
	Nobody bool
	// WatchLimit, if not 0, is how many directories the process may watch by inotify. It runs in a user namespace for it.
	WatchLimit int
	// Mounts gives the process mounts of its own, so that it may mount and unmount.
	Mounts bool
	// Prepare runs before the process starts; it returns what the process finds in its environment, NAME=value.
	Prepare func() []string
}

// Confined runs the rest of the calling test in a process of its own. In that process it returns true; in the one that was
// called it waits for the other, fails or skips as that did, and returns false.
func Confined(t *testing.T, c Confinement) bool {
	t.Helper()
	if os.Getenv(envChild) == t.Name() {
		return true
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var environment []string
	if c.Prepare != nil {
		environment = c.Prepare()
	}
	args := []string{"-test.run=" + pattern(t.Name()), "-test.v", "-test.count=1"}
	cmd := exec.Command(exe, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	switch {
	case c.Nobody && os.Getuid() == 0:
		// The binary of a test lies in a folder that only its owner may enter: start it through a descriptor.
		binary, err := os.Open(exe)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = binary.Close() }()
		cmd = exec.Command("/proc/self/fd/3", args...)
		cmd.ExtraFiles = []*os.File{binary}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		cmd.Dir = "/"
	case c.WatchLimit > 0:
		cmd = exec.Command("/bin/sh", append([]string{"-c",
			`echo "$1" > /proc/sys/user/max_inotify_watches || { echo "SKIP: no limit can be set"; exit 0; }; shift; exec "$@"`,
			"sh", strconv.Itoa(c.WatchLimit), exe}, args...)...)
		cmd.SysProcAttr = namespace(syscall.CLONE_NEWUSER)
	case c.Mounts:
		cmd.SysProcAttr = namespace(syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS)
	}
	cmd.Env = append(append(os.Environ(), envChild+"="+t.Name()), environment...)
	out, err := cmd.CombinedOutput()
	text := string(out)
	switch {
	case err != nil && len(out) == 0:
		t.Skipf("this system does not allow such a process: %v", err)
	case err != nil:
		t.Fatalf("the confined test failed: %v\n%s", err, text)
	case strings.Contains(text, "SKIP:") || strings.Contains(text, "--- SKIP"):
		t.Skip(text)
	case !strings.Contains(text, "--- PASS: "+t.Name()):
		t.Fatalf("the confined test did not run:\n%s", text)
	}
	return false
}

// namespace makes the process root in a user namespace of its own, with further namespaces.
func namespace(flags uintptr) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags:  flags,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
}

// pattern matches the name of one test alone.
func pattern(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

// MountTmpfs mounts a file system in memory of the given size ("1m") at path; the test's end unmounts it. It needs the
// rights of root or Confinement.Mounts, and skips the test without.
func MountTmpfs(t *testing.T, path, size string) (unmount func()) {
	t.Helper()
	if err := syscall.Mount("tmpfs", path, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("no file system can be mounted here: %v", err)
	}
	mounted := true
	unmount = func() {
		if mounted {
			mounted = false
			if err := syscall.Unmount(path, syscall.MNT_DETACH); err != nil {
				t.Errorf("unmounting %s: %v", path, err)
			}
		}
	}
	t.Cleanup(unmount)
	return unmount
}
