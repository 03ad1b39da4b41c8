package endtoend

import (
	"fmt"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"
)

// TestWorkersThatDieOrHang ends or stops a worker of each role while photos are indexed: the program goes on without being
// told, and every photo comes in with the vector of a clean run.
func TestWorkersThatDieOrHang(t *testing.T) {
	want := cleanRun(t)
	all := manyPhotos(t)
	dir := filepath.Join(all.dir, "made")
	photos := len(differentMade(t))
	p := newProgram(t)
	p.settings("[supervisor]", `call_timeout = "3s"`)
	run := p.begin("--json", "index", dir)
	st := p.reader()
	for i, c := range []struct {
		role   string
		signal syscall.Signal
	}{{"decode", syscall.SIGKILL}, {"image", syscall.SIGKILL}, {"decode", syscall.SIGSTOP}, {"image", syscall.SIGSTOP}} {
		var pids []int
		waitFor(t, time.Minute, fmt.Sprintf("part %d of the work", i), func() bool {
			run.mustRun("before all of it was tried")
			pids = run.workers(c.role)
			return count(t, st).Embedded >= int64(photos*(i+1)/6) && len(pids) > 0
		})
		hit := pids[0]
		if err := syscall.Kill(hit, c.signal); err != nil {
			t.Fatal(err)
		}
		at, had := time.Now(), count(t, st).Embedded
		limit := 5 * time.Second
		if c.signal == syscall.SIGSTOP {
			limit += 3 * time.Second // the timeout
		}
		waitFor(t, limit+5*time.Second, fmt.Sprintf("work after %s of a worker, role %s", c.signal, c.role), func() bool {
			run.mustRun("before its worker was replaced")
			now := run.workers(c.role)
			return !slices.Contains(now, hit) && len(now) > 0 && count(t, st).Embedded > had
		})
		took := time.Since(at)
		t.Logf("%s of a worker, role %s: work went on after %s", c.signal, c.role, took.Round(10*time.Millisecond))
		if took > limit {
			t.Errorf("work went on after %s, and %s is the limit", took, limit)
		}
	}
	if r := run.wait(time.Minute); r.code != 0 || len(run.last().Failed) != 0 {
		t.Errorf("the run ended with %d and wrote:\n%s\n%s", r.code, r.out, r.stderr)
	}
	noOrphans(t, "the run")
	ran := map[string]row{}
	for path, r := range want.rows {
		if filepath.Dir(filepath.Dir(filepath.Dir(path))) == dir {
			ran[path] = r
		}
	}
	sameRows(t, p.dump(), ran, dir)
	n := counters(t, st)
	if n["timeouts"] != 2 || n["crashes"] < 2 || n["crashes"] > 4 {
		t.Errorf("two workers were killed and two stopped; counted are %d crashes and %d timeouts", n["crashes"], n["timeouts"])
	}
	if extra := n["inferences"] - int64(photos); extra < 0 || extra > 2*8 {
		t.Errorf("%d inferences of %d photos, and two batches were lost", n["inferences"], photos)
	}
	p.sound()
}

// TestATextWorkerThatDiesOrHangs: a question that is asked meanwhile is answered.
func TestATextWorkerThatDiesOrHangs(t *testing.T) {
	p := newProgram(t)
	p.settings("[supervisor]", `call_timeout = "2s"`, `load_timeout = "4s"`)
	dir, _ := someMade(t, 8)
	p.index(0, dir)
	for _, s := range []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP} {
		ask := p.begin("--json", "search", fmt.Sprintf("a photo of a ship, %d", s))
		var pids []int
		waitFor(t, 20*time.Second, "a text worker", func() bool {
			ask.mustRun("before its worker was seen")
			pids = ask.workers("text")
			return len(pids) > 0
		})
		if err := syscall.Kill(pids[0], s); err != nil {
			t.Fatal(err)
		}
		r := ask.wait(20 * time.Second)
		var a answer
		decode(t, r.out, &a)
		if r.code != 0 || a.Model.ID != "starter" {
			t.Errorf("%s: the question ended with %d: %s %s", s, r.code, r.out, r.stderr)
		}
		noOrphans(t, "a question")
	}
	n := p.status().Counters
	if n["crashes"]+n["timeouts"] < 2 {
		t.Errorf("a worker was killed and one stopped; counted are %d crashes and %d timeouts", n["crashes"], n["timeouts"])
	}
}
