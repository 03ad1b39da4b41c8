package windowtest

import (
	"os"
	"syscall"
	"testing"

	"pixeldetective/backend/desktop"
)

// TestClose closes the window: the program ends well, and nothing of it is left.
func TestClose(t *testing.T) {
	s := newScreen(t)
	p := newLibrary(t).open(s, "--trace")
	p.wait(s, "text graph ready")
	family := p.family()
	if len(p.workers()) == 0 {
		t.Fatal("no worker runs, so the test would prove nothing")
	}
	s.close()
	if code := p.waitEnd(); code != 0 {
		t.Errorf("the window ended with %d", code)
	}
	waitGone(s, family)
}

// TestKilled kills the window's process: its workers end by themselves.
func TestKilled(t *testing.T) {
	s := newScreen(t)
	p := newLibrary(t).open(s, "--trace")
	p.wait(s, "text graph ready")
	workers := p.workers()
	if len(workers) == 0 {
		t.Fatal("no worker runs, so the test would prove nothing")
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	waitGone(s, workers)
}

// TestSecondStart starts the program twice: the second one shows the first one's window and ends.
func TestSecondStart(t *testing.T) {
	s := newScreen(t)
	l := newLibrary(t)
	p := l.open(s, "--trace")
	p.wait(s, desktop.StepReady)
	second := l.open(s)
	if code := second.waitEnd(); code != 0 {
		t.Errorf("the second start ended with %d: %s", code, second.stderr.String())
	}
	p.wait(s, "shown again")
	if !p.alive() {
		t.Error("the first one ended too")
	}
}

// TestCloseToBackground closes the window of a program that is to go on, brings it back, and ends it.
func TestCloseToBackground(t *testing.T) {
	s := newScreen(t)
	l := newLibrary(t)
	l.set("[window]\nclose_to_background = true\n")
	p := l.open(s, "--trace")
	p.wait(s, "text graph ready")
	family := p.family()
	s.waitWindow(true)
	s.close()
	p.wait(s, "hidden")
	s.waitWindow(false)
	if !p.alive() {
		t.Fatal("the program ended with its window")
	}
	if code := l.open(s).waitEnd(); code != 0 {
		t.Errorf("the second start ended with %d", code)
	}
	s.waitWindow(true)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.waitEnd(); code != 0 {
		t.Errorf("the program ended with %d: %s", code, p.stderr.String())
	}
	waitGone(s, family)
}

// TestWrongSettings starts with a settings file that cannot be read: the window opens and says so.
func TestWrongSettings(t *testing.T) {
	s := newScreen(t)
	l := newLibrary(t)
	l.set("no such line")
	p := l.open(s, "--trace")
	p.wait(s, desktop.StepReady)
	s.waitWindow(true)
	s.close()
	if code := p.waitEnd(); code != 0 {
		t.Errorf("the window ended with %d: %s", code, p.stderr.String())
	}
	if text, err := os.ReadFile(l.dir + "/settings.toml"); err != nil || string(text) != "no such line" {
		t.Errorf("the settings were changed: %q, %v", text, err)
	}
}

// TestEndedAtOnce ends the program while its window is on its way.
func TestEndedAtOnce(t *testing.T) {
	s := newScreen(t)
	p := newLibrary(t).open(s, "--trace")
	p.wait(s, "window there")
	family := p.family()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := p.waitEnd(); code != 0 {
		t.Errorf("the program ended with %d: %s", code, p.stderr.String())
	}
	waitGone(s, family)
}
