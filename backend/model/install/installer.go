package install

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/internal/filelock"
	"pixeldetective/backend/model/catalog"
)

// EnvMirror is the environment's variable that names a server to ask instead of those in the manifests, such as
// "http://127.0.0.1:8000": scheme and host of every address are replaced. Without https it must be this computer itself.
const EnvMirror = "PIXEL_DETECTIVE_MODELS_MIRROR"

// Options say how to reach the network and what of it to use. The zero value asks the addresses of the manifests.
type Options struct {
	// Proxy is the proxy's address; empty: what the environment says (HTTPS_PROXY, HTTP_PROXY, NO_PROXY).
	Proxy string
	// Mirror replaces scheme and host of every address; see EnvMirror. It is meant for tests and for a server of one's own.
	Mirror string
	// Getenv is the environment; nil: the process's.
	Getenv func(string) string
	// Connections is how many files are fetched at the same time, 1 to 3; 0: 3.
	Connections int
	// FreeSpace returns how many bytes may be written to the file system of a folder; nil: asks the system.
	FreeSpace func(folder string) (int64, error)
	// Pace holds the times that tests shorten; zero values mean the standard.
	Pace Pace
}

// Pace are the times of an Installer.
type Pace struct {
	Connect  time.Duration // until a connection stands, and once more for its encryption; 15 s
	Answer   time.Duration // until a server begins to answer; 30 s
	Stall    time.Duration // without a byte; 30 s
	Backoff  time.Duration // before the first new try, doubled for each that follows, half of it by chance; 500 ms
	Longest  time.Duration // between two tries; 30 s
	Patience time.Duration // the longest wait that a server may ask for; 2 min
	Tell     time.Duration // between two calls of observe; 250 ms
}

func (p Pace) orStandard() Pace {
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{
		{&p.Connect, 15 * time.Second}, {&p.Answer, 30 * time.Second}, {&p.Stall, 30 * time.Second},
		{&p.Backoff, 500 * time.Millisecond}, {&p.Longest, 30 * time.Second}, {&p.Patience, 2 * time.Minute},
		{&p.Tell, 250 * time.Millisecond},
	} {
		if *d.value <= 0 {
			*d.value = d.standard
		}
	}
	return p
}

const (
	// maxConnections is how many files are fetched at the same time at most: more is no faster and rude.
	maxConnections = 3
	// spare is how much space is to be left beside a model.
	spare = 16 << 20
)

// Installer installs and removes models. It is safe for concurrent use; two installs into one folder exclude each other,
// in other processes too.
type Installer struct {
	client      *http.Client
	mirror      *url.URL
	connections int
	free        func(string) (int64, error)
	pace        Pace
}

// New returns an Installer. The error is a sentence: the proxy or the mirror is no address that can be used. Nothing is
// opened.
func New(o Options) (*Installer, error) {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.FreeSpace == nil {
		o.FreeSpace = freeSpace
	}
	if o.Connections < 1 || o.Connections > maxConnections {
		o.Connections = maxConnections
	}
	i := &Installer{connections: o.Connections, free: o.FreeSpace, pace: o.Pace.orStandard()}
	var err error
	if i.mirror, err = parseMirror(o.Mirror); err != nil {
		return nil, err
	}
	i.client, err = newClient(o, i.pace, i.mirror)
	return i, err
}

// Install brings a model's files into a folder, which is made if it is not there. Files that are there and right are left
// alone, those on their way are gone on with. Optional files are not brought: ask for them by catalog.Model.With. observe, if not nil, is told how far it is, never twice at the same time, and
// last before Install returns.
//
// Errors: the context's; *BusyError; *SpaceError; *FileError about the first file that could not be had. All files that
// are whole, and the beginnings of the others, stay for the next time.
func (i *Installer) Install(ctx context.Context, m catalog.Model, folder string, observe func(Progress)) error {
	defer i.client.CloseIdleConnections()
	return i.bring(ctx, m, folder, observe, i.fetch)
}

// InstallFrom does as Install, but takes the files from a folder on this computer: one with the names of the manifest, or
// a copy of the place where they are published. Files are linked where they can be, else copied; the originals stay as
// they are.
func (i *Installer) InstallFrom(ctx context.Context, m catalog.Model, source, folder string, observe func(Progress)) error {
	info, err := os.Stat(source)
	if err != nil || !info.IsDir() {
		return fmt.Errorf("there is no folder %q to install the model %q from; name the folder that holds its files", source, m.Name)
	}
	return i.bring(ctx, m, folder, observe, func(ctx context.Context, j *job) error { return take(ctx, j, source) })
}

// bring makes every file of a model be in its folder, each by obtain.
func (i *Installer) bring(ctx context.Context, m catalog.Model, folder string, observe func(Progress), obtain func(context.Context, *job) error) (err error) {
	if err := m.Validate(); err != nil {
		return fmt.Errorf("the description of the model %q cannot be used: %w", m.ID, err)
	}
	unlock, err := lock(m, folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("the folder of the model %q cannot be made: %w", m.Name, err)
	}
	sweep(folder)
	ledger := &ledger{model: m, folder: folder}
	m = m.Recorded(folder)
	m.Files = slices.DeleteFunc(slices.Clone(m.Files), func(f catalog.File) bool { return f.Optional })
	t := newTracker(m)
	stop := t.report(observe, i.pace.Tell)
	defer stop()
	jobs, err := i.missing(ctx, m, folder, t)
	if err != nil {
		return err
	}
	if err := i.checkSpace(m, folder, jobs); err != nil {
		return err
	}
	t.phase(PhaseTransfer)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(i.connections)
	for _, j := range jobs {
		j.ledger = ledger
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return obtain(ctx, j)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	t.phase(PhaseDone)
	return ledger.keep(slices.Collect(whole(m))...)
}

// whole yields what the record says of the files whose hash the manifest knows.
func whole(m catalog.Model) func(yield func(catalog.RecordedFile) bool) {
	return func(yield func(catalog.RecordedFile) bool) {
		for _, f := range m.Files {
			if f.SHA256 != "" && !f.Unverified && !yield(catalog.RecordedFile{Name: f.Name, Bytes: f.Bytes, SHA256: f.SHA256, From: f.URL}) {
				return
			}
		}
	}
}

// missing finds out which files are not there or not right; the others are counted as done.
func (i *Installer) missing(ctx context.Context, m catalog.Model, folder string, t *tracker) ([]*job, error) {
	var jobs []*job
	for n, f := range m.Files {
		err := catalog.Verify(ctx, folder, f)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		j := &job{model: m, file: f, folder: folder, number: n, tracker: t}
		if err == nil {
			// A kill between a file's getting its name and the end leaves these.
			for _, path := range []string{j.part(), j.notePath(), j.taken()} {
				os.Remove(path)
			}
			t.finished(n, f.Bytes)
			continue
		}
		if info, err := os.Stat(j.part()); err == nil {
			t.has(n, min(info.Size(), f.Bytes))
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// checkSpace says before the first byte whether all of a model will fit.
func (i *Installer) checkSpace(m catalog.Model, folder string, jobs []*job) error {
	var need int64
	for _, j := range jobs {
		have := int64(0)
		if info, err := os.Stat(j.part()); err == nil && info.Size() <= j.file.Bytes {
			have = info.Size()
		}
		need += j.file.Bytes - have
	}
	if need == 0 {
		return nil
	}
	free, err := i.free(folder)
	if err != nil {
		return fmt.Errorf("how much space is left for the model %q in %q could not be found out: %w", m.Name, folder, err)
	}
	if free < need+spare {
		return &SpaceError{Model: m.Name, Folder: folder, Need: need + spare, Free: free}
	}
	return nil
}

// lock keeps others from writing into the folder of a model. The lock's file is beside the folder and stays.
func lock(m catalog.Model, folder string) (unlock func() error, err error) {
	parent := filepath.Dir(folder)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, fmt.Errorf("the folder of models cannot be made: %w", err)
	}
	l, err := filelock.Try(lockPath(folder))
	if err != nil {
		return nil, fmt.Errorf("the folder of models %q cannot be written to: %w", parent, err)
	}
	if l == nil {
		return nil, &BusyError{Model: m.Name}
	}
	return l.Release, nil
}

func lockPath(folder string) string {
	return filepath.Join(filepath.Dir(folder), "."+filepath.Base(folder)+".lock")
}
