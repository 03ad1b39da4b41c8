package picture

/*
#cgo pkg-config: vips
#include "vips.h"
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/davidbyttow/govips/v2/vips"

	"pixeldetective/backend/picture/container"
)

// turn lets one picture at a time into libvips: its error buffer belongs to the whole process.
var turn sync.Mutex

// Startup prepares libvips: one thread, no cache, and no loader that libvips itself does not trust. Call it once in a
// process, before Decode and before a sandbox closes.
func Startup() error {
	// Before libvips starts: the call of the same purpose ends the process if it comes earlier.
	if err := os.Setenv("VIPS_BLOCK_UNTRUSTED", "1"); err != nil {
		return fmt.Errorf("block loaders of libvips: %w", err)
	}
	vips.LoggingSettings(func(string, vips.LogLevel, string) {}, vips.LogLevelError)
	if err := vips.Startup(&vips.Config{ConcurrencyLevel: 1, MaxCacheFiles: 0, MaxCacheMem: 0, MaxCacheSize: 0}); err != nil {
		return fmt.Errorf("start libvips: %w", err)
	}
	C.pd_allow_only_known()
	C.vips_cache_set_max(0)
	return nil
}

// Shutdown gives libvips' memory back. Decode must not be called after it.
func Shutdown() { vips.Shutdown() }

// Version returns the version of libvips, such as "8.14.1".
func Version() string {
	return fmt.Sprintf("%d.%d.%d", int(C.vips_version(0)), int(C.vips_version(1)), int(C.vips_version(2)))
}

// decoded is a picture in libvips' memory. Pix is valid until free.
type decoded struct {
	width, height         int
	fullWidth, fullHeight int
	pix                   []byte
	memory                *C.uchar
}

func (d *decoded) free() {
	if d.memory != nil {
		C.pd_free(unsafe.Pointer(d.memory))
		d.memory, d.pix = nil, nil
	}
}

var loaders = map[container.Format]C.int{
	container.JPEG: C.PD_JPEG, container.PNG: C.PD_PNG, container.GIF: C.PD_GIF, container.WebP: C.PD_WEBP,
	container.TIFF: C.PD_TIFF, container.HEIC: C.PD_HEIF, container.AVIF: C.PD_HEIF, container.JXL: C.PD_JXL,
}

// load decodes a picture; shrink is the loader's factor (JPEG and WebP).
func load(data []byte, format container.Format, shrink int, strict bool, limits Limits) (*decoded, error) {
	loader, ok := loaders[format]
	if !ok || len(data) == 0 {
		return nil, fmt.Errorf("no loader for %s", format)
	}
	p := C.pd_picture{
		length: C.size_t(len(data)), loader: loader, shrink: C.int(shrink), min_side: C.int(limits.sides()),
		max_pixels: C.double(limits.MaxPixels),
	}
	if strict {
		p.strict = 1
	}
	// p lives in Go's memory and may not hold a Go pointer that is not pinned.
	var pin runtime.Pinner
	pin.Pin(&data[0])
	defer pin.Unpin()
	p.data = unsafe.Pointer(&data[0])
	if C.pd_decode(&p) != 0 {
		return nil, fmt.Errorf("%s", vipsError())
	}
	d := &decoded{
		width: int(p.width), height: int(p.height), fullWidth: int(p.full_width), fullHeight: int(p.full_height), memory: p.pixels,
	}
	d.pix = unsafe.Slice((*byte)(unsafe.Pointer(p.pixels)), d.width*d.height*3)
	return d, nil
}

func vipsError() string {
	s := C.GoString(C.vips_error_buffer())
	C.vips_error_clear()
	for line := range strings.Lines(s) {
		// libheif asks for the byte behind the end to see whether there is one.
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(line, "bad seek") {
			return line
		}
	}
	return "its data are damaged"
}

// encodeThumbnail packs pixels.
func encodeThumbnail(pix []byte, width, height int) ([]byte, error) {
	return encodePicture(pix, width, height, thumbnailQuality)
}

// encodePicture packs pixels as JPEG.
func encodePicture(pix []byte, width, height, quality int) ([]byte, error) {
	var out unsafe.Pointer
	var length C.size_t
	if C.pd_encode_jpeg(unsafe.Pointer(&pix[0]), C.int(width), C.int(height), C.int(quality), &out, &length) != 0 {
		return nil, fmt.Errorf("pack the thumbnail: %s", vipsError())
	}
	defer C.pd_free(out)
	return C.GoBytes(out, C.int(length)), nil
}
