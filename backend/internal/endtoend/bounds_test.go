package endtoend

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pixeldetective/backend/internal/testkit"
)

// blackPNG writes an interlaced black picture, 8 bits of RGB, whose rows have all to be in memory before one can be shown.
// It is small on disk: black compresses a thousandfold.
func blackPNG(t *testing.T, path string, side int) {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(kind string, data []byte) {
		must(t, binary.Write(&b, binary.BigEndian, uint32(len(data))))
		body := append([]byte(kind), data...)
		b.Write(body)
		must(t, binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(body)))
	}
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(side)), uint32(side))
	chunk("IHDR", append(header, 8, 2, 0, 0, 1))
	chunk("IDAT", zeros(t, interlacedBytes(side)))
	chunk("IEND", nil)
	testkit.WriteFile(t, path, b.Bytes())
}

// interlacedBytes is how many bytes the seven passes of an interlaced picture have (PNG specification, 8.2): a byte for the
// filter of each row, three for each pixel.
func interlacedBytes(side int) int {
	n := 0
	for _, pass := range [][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		columns, rows := (side-pass[0]+pass[2]-1)/pass[2], (side-pass[1]+pass[3]-1)/pass[3]
		n += rows * (1 + 3*columns)
	}
	return n
}

// zeros is n zero bytes as a zlib stream (RFC 1950): one compressed block, again and again, then the rest.
func zeros(t *testing.T, n int) []byte {
	t.Helper()
	const block = 1 << 20
	var one, rest bytes.Buffer
	for _, part := range []struct {
		into *bytes.Buffer
		size int
		last bool
	}{{&one, block, false}, {&rest, n % block, true}} {
		w, err := flate.NewWriter(part.into, flate.BestCompression)
		must(t, err)
		_, err = w.Write(make([]byte, part.size))
		must(t, err)
		if part.last {
			must(t, w.Close())
		} else {
			must(t, w.Flush())
		}
	}
	stream := append([]byte{0x78, 0x9c}, bytes.Repeat(one.Bytes(), n/block)...)
	stream = append(stream, rest.Bytes()...)
	return binary.BigEndian.AppendUint32(stream, uint32(n%65521)<<16|1) // Adler-32 of n zeros
}

// A person may raise the limit of pixels; the memory of a decoder stays bounded all the same. The picture here would take
// 2.7 GB.
func TestPictureThatEatsMemory(t *testing.T) {
	p := newProgram(t)
	p.settings("[indexing]", "max_pixels = 4000000000")
	photos := t.TempDir()
	blackPNG(t, filepath.Join(photos, "eater.png"), 30_000)
	blackPNG(t, filepath.Join(photos, "fits.png"), 3_000)
	testkit.WriteFile(t, filepath.Join(photos, "plain.jpg"), testkit.Picture(1))
	before := fingerprint(t, photos)
	r := p.begin("--json", "index", photos)
	var most uint64
	waitFor(t, time.Minute, "the end of the run", func() bool {
		for _, pid := range r.workers("decode") {
			most = max(most, residentOf(pid))
		}
		return r.ended()
	})
	end, last := r.wait(time.Second), r.last()
	if end.code != 3 || last.Indexed != 2 || len(last.Failed) != 1 {
		t.Fatalf("ended with %d: %+v\n%s", end.code, last, end.stderr)
	}
	says(t, last.Failed[0].Path, "eater.png")
	says(t, last.Failed[0].Reason, "needs more memory")
	if most > 2<<30 {
		t.Errorf("a decoder held %d MB", most>>20)
	}
	if after := fingerprint(t, photos); after != before {
		t.Error("originals were changed")
	}
	noOrphans(t, "a picture that eats memory")
}

// A picture during which its decoder hangs, twice, the second time alone, is quarantined with its reason, and is left alone
// until it changes. A stopped process is what a hang looks like from outside.
func TestPictureThatHangsItsDecoderTwice(t *testing.T) {
	p := newProgram(t)
	p.settings("[supervisor]", `call_timeout = "2s"`)
	photos := t.TempDir()
	slow := filepath.Join(photos, "slow.png")
	blackPNG(t, slow, 12_000)
	for i := range 5 {
		testkit.WriteFile(t, filepath.Join(photos, fmt.Sprintf("p%d.jpg", i)), testkit.Picture(i))
	}
	before := fingerprint(t, photos)
	r := p.begin("--json", "index", photos)
	stopped := map[int]bool{}
	waitFor(t, time.Minute, "the end of the run", func() bool {
		for _, pid := range r.workers("decode") {
			// Only the slow picture takes that much; 2 s then pass without an answer.
			if !stopped[pid] && peakOf(pid) > 150<<20 && syscall.Kill(pid, syscall.SIGSTOP) == nil {
				stopped[pid] = true
			}
		}
		return r.ended()
	})
	end, last := r.wait(time.Second), r.last()
	if len(stopped) == 0 || end.code != 3 || last.Indexed != 5 || len(last.Failed) != 1 {
		t.Fatalf("%d decoders were stopped, ended with %d: %+v\n%s", len(stopped), end.code, last, end.stderr)
	}
	failed := last.Failed[0]
	if failed.Path != slow || failed.Kind != "quarantined" {
		t.Errorf("%+v", failed)
	}
	says(t, failed.Reason, "longer than 2s", "twice", "until the file changes")
	if after := fingerprint(t, photos); after != before {
		t.Error("originals were changed")
	}
	noOrphans(t, "a picture that hangs its decoder")
	if again := p.index(3, photos); again.Decoded != 0 || len(again.Failed) != 1 {
		t.Errorf("it was not left alone: %+v", again)
	}
	blackPNG(t, slow, 1000)
	if changed := p.index(0, photos); changed.Indexed != 1 || len(changed.Failed) != 0 {
		t.Errorf("after it changed: %+v", changed)
	}
}

// peakOf is the most memory that a process has held, in bytes; 0 if it has ended.
func peakOf(pid int) uint64 {
	data, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}
