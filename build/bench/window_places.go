package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// windowPhotos is how many photos the large library has.
const windowPhotos = 100_000

// windowPlaces is what the sections about the window share.
type windowPlaces struct {
	screen *screen
	empty  string // the window that does nothing
	large  string // library of 100,000 photos; made when first asked for
}

// places opens a screen and builds the empty window.
func (b *bench) places(ctx context.Context) (*windowPlaces, error) {
	if b.window != nil {
		return b.window, nil
	}
	if _, err := os.Stat(filepath.Join(b.bin, "pixel-detective-window")); err != nil {
		return nil, fmt.Errorf("the window is not built; run make bench in the repository's root")
	}
	w := &windowPlaces{}
	var err error
	if w.empty, err = b.buildWindow(ctx, "./build/bench/empty", ""); err != nil {
		return nil, err
	}
	if w.screen, err = openScreen(ctx); err != nil {
		return nil, err
	}
	b.window = w
	return w, nil
}

func (w *windowPlaces) close() {
	if w != nil {
		w.screen.Close()
	}
}

// buildWindow builds a Wails window of this module. Where pageDir is named, the page in it gets measure.js: it is put
// beside the sources for this one build, so that the program itself knows nothing of it.
func (b *bench) buildWindow(ctx context.Context, pkg, pageDir string) (string, error) {
	out, err := os.MkdirTemp(b.work, "window-")
	if err != nil {
		return "", err
	}
	executable := filepath.Join(out, filepath.Base(pkg))
	args := []string{"build", "-tags", "desktop,production,webkit2_41,sqlite_fts5", "-ldflags", "-s -w", "-o", executable}
	if pageDir != "" {
		executable = filepath.Join(out, "measured")
		args[len(args)-1] = executable
		index, err := os.ReadFile(filepath.Join(b.root, pageDir, "index.html"))
		if err != nil {
			return "", err
		}
		changed := filepath.Join(out, "index.html")
		if err := os.WriteFile(changed, bytes.Replace(index, []byte("</head>"), []byte(`<script src="/measure.js"></script></head>`), 1), 0o600); err != nil {
			return "", err
		}
		overlay := fmt.Sprintf(`{"Replace": {%q: %q, %q: %q}}`, filepath.Join(b.root, pageDir, "index.html"), changed,
			filepath.Join(b.root, pageDir, "measure.js"), filepath.Join(b.root, "build", "bench", "measure.js"))
		if err := os.WriteFile(filepath.Join(out, "overlay.json"), []byte(overlay), 0o600); err != nil {
			return "", err
		}
		args = append(args, "-overlay", filepath.Join(out, "overlay.json"))
	}
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir = b.root
	if message, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w: %s", pkg, err, message)
	}
	if pkg == "." { // the workers lie beside it, as in an installation
		for _, name := range []string{"pixel-detective", "pixel-detective-worker"} {
			if err := os.Symlink(filepath.Join(b.bin, name), filepath.Join(out, name)); err != nil {
				return "", err
			}
		}
	}
	return executable, nil
}

// largeLibrary is a library of 100,000 photos with thumbnails of real ones.
func (b *bench) largeLibrary(ctx context.Context) (string, error) {
	if b.window.large != "" {
		return b.window.large, nil
	}
	if b.keep != "" {
		if path, err := os.ReadFile(filepath.Join(b.keep, "library")); err == nil {
			b.window.large = string(path)
			return b.window.large, nil
		}
		scratch := b.work
		b.work = b.keep
		defer func() { b.work = scratch }()
		if err := os.MkdirAll(b.keep, 0o755); err != nil {
			return "", err
		}
	}
	thumbnails, err := b.thumbnails(240)
	if err != nil {
		return "", err
	}
	if b.window.large, err = b.bigLibrary(ctx, windowPhotos, thumbnails); err != nil {
		return "", err
	}
	if b.keep != "" {
		err = os.WriteFile(filepath.Join(b.keep, "library"), []byte(b.window.large), 0o600)
	}
	return b.window.large, err
}

// thumbnails makes n of them, as large as those of the program.
func (b *bench) thumbnails(n int) ([][]byte, error) {
	dir, err := b.makePhotos(n, 320)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.jpg"))
	if err != nil {
		return nil, err
	}
	var made [][]byte
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		picture, err := jpeg.Decode(bytes.NewReader(data))
		if err != nil {
			return nil, err
		}
		var small bytes.Buffer
		if err := jpeg.Encode(&small, picture, &jpeg.Options{Quality: 60}); err != nil {
			return nil, err
		}
		made = append(made, small.Bytes())
	}
	return made, nil
}

// surroundings are the environment of a window, that of a person who has nothing else. Both windows draw without a graphics card where the program would.
func (b *bench) surroundings(home string) []string {
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "XDG_RUNTIME_DIR=" + home, "LANG=C.UTF-8", "NO_AT_BRIDGE=1",
		"GDK_BACKEND=x11", "DISPLAY=" + b.window.screen.display,
		"PIXEL_DETECTIVE_MODELS=" + filepath.Join(b.root, "models"),
		"PIXEL_DETECTIVE_RUNTIME=" + filepath.Join(b.root, "build", "runtime", "libonnxruntime.so.1"),
	}
	if cards, _ := filepath.Glob("/dev/dri/renderD*"); len(cards) == 0 {
		env = append(env, "WEBKIT_DISABLE_DMABUF_RENDERER=1")
	}
	return env
}

// heavyIn names what is in a process that belongs into the workers.
func heavyIn(pid int) (string, error) {
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return "", err
	}
	var found []string
	for _, library := range []string{"onnxruntime", "libvips"} {
		if bytes.Contains(maps, []byte(library)) {
			found = append(found, library)
		}
	}
	return strings.Join(found, " and "), nil
}
