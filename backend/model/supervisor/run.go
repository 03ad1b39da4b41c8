package supervisor

import (
	"context"
	"errors"
	"time"

	"pixeldetective/backend/model/worker"
)

const (
	// measureEvery is how often the memory of all processes is read.
	measureEvery = 3 * time.Second
	// measureTimeout bounds reading it: a child that does not answer is left out.
	measureTimeout = time.Second
)

// chores are the owner's regular duties. Each runs in a goroutine of its own, one at a time.
type chores struct {
	measured, saved, read time.Time
	measuring, saving     bool
}

// Run owns all workers until ctx ends, then ends them. It returns when every child is reaped, at most 2 seconds later,
// and may be called once.
func (s *Supervisor) Run(ctx context.Context) error {
	if !s.running.CompareAndSwap(false, true) {
		return errors.New("the supervisor was started twice")
	}
	chores := &chores{}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for stop := ctx.Done(); ; {
		changed := true
		select {
		case <-s.inbox.wake:
		case <-timer.C:
			changed = false
		case <-stop:
			stop = nil
			s.core.now = s.now()
			s.core.stop()
		}
		changed = s.turn(chores) || changed
		if s.core.stopping && len(s.core.children) == 0 {
			break
		}
		s.publish(s.core.now, changed)
		timer.Reset(s.pause(chores))
	}
	s.finish()
	return nil
}

// turn handles what has come, decides, and sees to what follows. It says whether there is something new to show.
func (s *Supervisor) turn(k *chores) bool {
	now := s.now()
	events := s.inbox.take()
	for _, e := range events {
		if done, ok := e.(choreEvent); ok {
			done.note(k)
			e = done.event
		}
		s.core.handle(e, now)
	}
	s.core.settle(now)
	s.chores(k, now)
	effects := s.core.takeEffects()
	if len(effects) > 0 {
		s.publish(now, true) // whoever gets an answer finds it in the snapshot
	}
	for _, e := range effects {
		s.perform(e)
	}
	return len(events) > 0 || len(effects) > 0
}

// perform carries an effect out, without waiting for it.
func (s *Supervisor) perform(e effect) {
	switch e := e.(type) {
	case replyEffect:
		e.request.reply <- e.answer
	case stopEffect:
		e.child.abort()
	case launchEffect:
		s.tasks.Go(func() { s.launch(e.child) })
	case callEffect:
		s.tasks.Go(func() { s.call(e) })
	case killEffect:
		s.tasks.Go(e.process.Kill)
	}
}

// pause is the time until there is something to do without an event.
func (s *Supervisor) pause(k *chores) time.Duration {
	now := s.core.now
	next := now.Add(measureEvery)
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	if !k.measuring && !s.core.stopping {
		sooner(k.measured.Add(measureEvery))
	}
	sooner(s.core.deadline())
	sooner(s.publisher.pushDue())
	if len(s.core.counts) > 0 && !k.saving && !s.core.stopping {
		sooner(k.saved.Add(saveEvery))
	}
	return max(next.Sub(now), time.Millisecond)
}

// choreEvent is the end of a chore.
type choreEvent struct {
	event event
	note  func(*chores)
}

func (e choreEvent) apply(c *core) { e.event.apply(c) }

// chores starts the duties that are due.
func (s *Supervisor) chores(k *chores, now time.Time) {
	if s.core.stopping {
		return
	}
	if !k.measuring && now.Sub(k.measured) >= measureEvery {
		k.measuring, k.measured = true, now
		minuteEvent{}.apply(s.core)
		processes := map[int]process{}
		for id, ch := range s.core.children {
			if ch.process != nil && ch.state == serving {
				processes[id] = ch.process
			}
		}
		s.tasks.Go(func() {
			s.inbox.post(choreEvent{event: measure(processes), note: func(k *chores) { k.measuring = false }})
		})
	}
	owed := len(s.core.counts) > 0 && now.Sub(k.saved) >= saveEvery || now.Sub(k.read) >= readCountersEvery
	if !k.saving && owed {
		k.saving, k.saved, k.read = true, now, now
		counts := s.core.counts
		s.core.counts = map[string]int64{}
		s.core.reports.unsaved = counts
		s.tasks.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
			defer cancel()
			s.inbox.post(choreEvent{event: s.saveCounters(ctx, counts), note: func(k *chores) { k.saving = false }})
		})
	}
}

// measure reads the memory of processes, all at once.
func measure(processes map[int]process) memoryEvent {
	ctx, cancel := context.WithTimeout(context.Background(), measureTimeout)
	defer cancel()
	type reading struct {
		id     int
		memory worker.Memory
		err    error
	}
	readings := make(chan reading, len(processes))
	for id, p := range processes {
		go func() {
			m, err := p.Memory(ctx)
			readings <- reading{id: id, memory: m, err: err}
		}()
	}
	e := memoryEvent{children: map[int]worker.Memory{}, system: readSystemMemory()}
	for range processes {
		if r := <-readings; r.err == nil {
			e.children[r.id] = r.memory
		}
	}
	return e
}

// finish waits for everything that was begun, saves the counters and says good-bye.
func (s *Supervisor) finish() {
	s.tasks.Wait()
	for _, e := range s.inbox.close() {
		s.core.handle(e, s.now())
	}
	for _, e := range s.core.takeEffects() {
		s.perform(e)
	}
	ctx, cancel := context.WithTimeout(context.Background(), saveTimeout)
	defer cancel()
	s.saveCounters(ctx, s.core.counts).apply(s.core)
	s.publisher.pushed = time.Time{}
	s.publish(s.now(), true)
	s.publisher.closeSubscribers()
	close(s.stopped)
}
