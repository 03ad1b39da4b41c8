package filelock

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

const envHold = "PIXEL_DETECTIVE_TEST_HOLD"

// TestMain is also the process that holds a lock until it is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv(envHold); path != "" {
		if l, err := Try(path); l == nil || err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("held\n")
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

func TestALockIsExclusiveUntilReleased(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := Try(path)
	if first == nil || err != nil {
		t.Fatal(first, err)
	}
	if second, err := Try(path); second != nil || err != nil {
		t.Fatalf("a held lock was given: %v, %v", second, err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	third, err := Try(path)
	if third == nil || err != nil {
		t.Fatalf("a released lock is not given: %v, %v", third, err)
	}
	_ = third.Release()
}

func TestALockOfAKilledProcessIsFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), envHold+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if l, err := Try(path); l != nil || err != nil {
		t.Fatalf("the lock of another process was given: %v, %v", l, err)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	l, err := Try(path)
	if l == nil || err != nil {
		t.Fatalf("the lock of a killed process is not free: %v, %v", l, err)
	}
	_ = l.Release()
}

func TestALockThatCannotBeMadeIsAnError(t *testing.T) {
	if l, err := Try(filepath.Join(t.TempDir(), "nowhere", "lock")); l != nil || err == nil {
		t.Fatal(l, err)
	}
}
