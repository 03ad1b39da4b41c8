package picture

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pixeldetective/backend/internal/testkit"
)

type hostileFile struct {
	File       string
	Must       []string
	Reason     string
	MaxSeconds float64 `json:"max_seconds"`
	MaxMiB     float64 `json:"max_mib"`
}

// hostilePictures lists the pictures of the manifest that lie in testdata.
func hostilePictures(t testing.TB) []hostileFile {
	t.Helper()
	data, err := os.ReadFile("testdata/hostile/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Files []hostileFile }
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	pictures := slices.DeleteFunc(manifest.Files, func(f hostileFile) bool {
		return !strings.HasPrefix(f.File, "image/") && !strings.HasPrefix(f.File, "control/")
	})
	if len(pictures) < 150 {
		t.Fatalf("the manifest lists %d pictures only", len(pictures))
	}
	return pictures
}

// Every hostile picture goes through Decode in a process of its own and must come out as the manifest says, within its
// time and memory. A process that dies is no way to refuse, though the manifest would let it pass.
func TestHostilePictures(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a process for each of 150 files")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := testkit.HostilePictures(t)
	for _, f := range hostilePictures(t) {
		t.Run(f.File, func(t *testing.T) {
			limit := time.Duration(f.MaxSeconds * slower * float64(time.Second))
			ctx, cancel := context.WithTimeout(context.Background(), limit+10*time.Second)
			defer cancel()
			cmd := exec.CommandContext(ctx, exe)
			cmd.Env = append(os.Environ(), childFile+"="+filepath.Join(folder, filepath.FromSlash(f.File)), "MALLOC_ARENA_MAX=1")
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("the decoder ended: %v\n%s", err, stderr.Bytes()[:min(stderr.Len(), 2000)])
			}
			var v verdict
			if err := json.Unmarshal(stdout.Bytes(), &v); err != nil {
				t.Fatalf("no verdict: %v", err)
			}
			outcome := "refused"
			if v.Decoded {
				outcome = "decoded"
			}
			t.Logf("%s in %.2f s, %.0f MiB over idle %.0f; damaged %t; %s", outcome, v.Seconds, v.PeakMiB-v.IdleMiB, v.IdleMiB, v.Metadata.Damaged, v.Reason)
			if outcome == "refused" && slices.Contains(f.Must, "skipped") { // not counted as a photo, or refused: both are right
				f.Must = append(f.Must, outcome)
			}
			if !slices.Contains(f.Must, outcome) {
				t.Errorf("%s, must be %v: %s", outcome, f.Must, f.Reason)
			}
			if v.Seconds > f.MaxSeconds*slower {
				t.Errorf("took %.2f s, the limit is %.0f", v.Seconds, f.MaxSeconds)
			}
			if used := v.PeakMiB - v.IdleMiB; used > f.MaxMiB*slower {
				t.Errorf("took %.0f MiB, the limit is %.0f", used, f.MaxMiB)
			}
			if outcome == "refused" {
				checkReason(t, v.Reason)
			}
			if v.Decoded && strings.Contains(f.File, "cut_") && !v.Metadata.Damaged {
				t.Error("truncated, but not marked as damaged")
			}
			if strings.Contains(v.Metadata.Title+v.Metadata.Description, "root:") {
				t.Errorf("a local file got into the title: %q", v.Metadata.Title)
			}
		})
	}
}

// checkReason asks for a sentence: a capital first, a full stop last, nothing that a terminal would act on.
func checkReason(t *testing.T, reason string) {
	t.Helper()
	first, _ := utf8.DecodeRuneInString(reason)
	if len(reason) < 15 || !unicode.IsUpper(first) || !strings.HasSuffix(reason, ".") || strings.ContainsFunc(reason, unicode.IsControl) {
		t.Errorf("not a sentence: %q", reason)
	}
}
