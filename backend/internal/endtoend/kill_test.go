package endtoend

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"pixeldetective/backend/config"
)

const (
	seed        = 30
	workerKills = 12
	mainKills   = 12 // at a random instant of the work
	startKills  = 6  // of the process that was started after one of those, at a random instant of its start
	kills       = workerKills + mainKills + startKills
)

// TestThirtyKills kills the program or one of its workers again and again while it indexes. Nothing may be lost, nothing
// done twice beyond the batch in hand, and nobody may be left behind.
func TestThirtyKills(t *testing.T) {
	want := cleanRun(t)
	all := manyPhotos(t)
	p := newProgram(t)
	v := &villain{t: t, p: p, dir: all.dir, random: rand.New(rand.NewPCG(seed, kills)), byRole: map[string]int{}} //nolint:gosec // repeatable

	starts := slices.Concat(slices.Repeat([]bool{true}, startKills), slices.Repeat([]bool{false}, mainKills-startKills))
	v.random.Shuffle(len(starts), func(i, j int) { starts[i], starts[j] = starts[j], starts[i] })

	v.start()
	// By turns a worker and the program. Two workers in a row could have the same photo in hand, whose fault that would be,
	// and rightly so: what ends a worker twice is quarantined. A killed program does not hold it against the photo.
	for i := range workerKills + mainKills {
		v.waitEmbedded(int64(all.distinct * (i + 1) / (workerKills + mainKills + 2)))
		time.Sleep(v.within(150 * time.Millisecond)) // the instant is random
		if i%2 == 0 {
			v.killWorker()
			continue
		}
		v.killProgram()
		v.start()
		if starts[i/2] {
			time.Sleep(v.within(800 * time.Millisecond)) // the instant is random
			v.killProgram()
			v.start()
		}
	}
	if v.done != kills {
		t.Fatalf("%d kills, want %d", v.done, kills)
	}
	if r := v.run.wait(2 * time.Minute); r.code != 0 {
		t.Errorf("the last run ended with %d and wrote:\n%s\n%s", r.code, r.out, r.stderr)
	}
	noOrphans(t, "the last run")

	sameRows(t, p.dump(), want.rows, all.dir)
	p.sound()
	s := p.status()
	if s.Library.Pending != 0 || s.Library.Failed != 0 || s.Library.Files != int64(len(all.files)) || s.Library.Embedded != int64(all.distinct) {
		t.Errorf("the library: %+v", s.Library)
	}
	batch := config.Default().Indexing.BatchSize
	twice := s.Counters["inferences"] - int64(all.distinct)
	t.Logf("%d kills of %v; %d of %d photos were inferred again, at most %d may be", v.done, v.byRole, twice, all.distinct, kills*batch)
	if twice < 0 || twice > int64(kills*batch) {
		t.Errorf("%d inferences of %d photos with %d kills", s.Counters["inferences"], all.distinct, kills)
	}
	// The program's own word on workers that ended unasked; it may die before it has said so.
	if crashes := s.Counters["crashes"]; crashes > workerKills || crashes < workerKills/2 {
		t.Errorf("%d crashes are counted, %d workers were killed", crashes, workerKills)
	}
}

// villain kills.
type villain struct {
	t      *testing.T
	p      *program
	dir    string
	random *rand.Rand
	run    *running
	done   int
	byRole map[string]int
}

func (v *villain) within(most time.Duration) time.Duration {
	return time.Duration(v.random.Int64N(int64(most)))
}

func (v *villain) start() { v.run = v.p.begin("--json", "index", v.dir) }

// waitEmbedded waits until the run under way has brought the library to so many photos.
func (v *villain) waitEmbedded(n int64) {
	v.t.Helper()
	st := v.p.open()
	defer func() {
		if st != nil { // closed before the kill, so that the next process has to recover by itself
			if err := st.Close(); err != nil {
				v.t.Error(err)
			}
		}
	}()
	waitFor(v.t, time.Minute, fmt.Sprintf("the indexing of %d photos", n), func() bool {
		v.run.mustRun("before all kills were done")
		if st == nil {
			st = v.p.open()
			return false
		}
		return count(v.t, st).Embedded >= n
	})
}

// killProgram kills the program in the middle of its work.
func (v *villain) killProgram() {
	v.t.Helper()
	v.run.mustRun("before it was killed")
	v.run.kill()
	v.killed("program")
	noOrphans(v.t, fmt.Sprintf("kill %d", v.done))
	st := v.p.open()
	if st == nil {
		return // it was killed before it had made a library
	}
	if c := count(v.t, st); c.Pending == 0 {
		v.t.Errorf("kill %d hit a program that had done all its work: %+v", v.done, c)
	}
	if err := st.Close(); err != nil {
		v.t.Error(err)
	}
}

// killWorker kills a worker of the running program, of a random role.
func (v *villain) killWorker() {
	v.t.Helper()
	role := []string{"decode", "image"}[v.random.IntN(2)]
	var pids []int
	waitFor(v.t, 10*time.Second, "a worker to kill", func() bool {
		v.run.mustRun("before its worker was killed")
		pids = v.run.workers(role)
		return len(pids) > 0
	})
	pid := pids[v.random.IntN(len(pids))]
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		v.t.Fatalf("worker %d: %v", pid, err)
	}
	v.killed(role)
	waitFor(v.t, 2*time.Second, "the reaping of a killed worker", func() bool {
		return v.run.ended() || v.run.reaped() && !slices.Contains(v.run.workers(role), pid)
	})
}

func (v *villain) killed(what string) {
	v.done++
	v.byRole[what]++
}
