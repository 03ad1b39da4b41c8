package folder

import (
	"strings"
)

// IsPhoto says whether a file of this name counts as a photo: it has the extension of a format that can be decoded, in
// any case, and does not begin with a dot. The content is looked at later.
func IsPhoto(name string) bool { return isPhoto(name) }

func isPhoto(name string) bool {
	if name == "" || name[0] == '.' {
		return false
	}
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return false
	}
	switch lower(name[dot+1:]) {
	case "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "tif", "tiff", "bmp", "heic", "heif", "hif", "avif", "jxl":
		return true
	case "dng", "cr2", "cr3", "nef", "arw", "rw2", "orf", "raf": // raw files, shown by their embedded preview
		return true
	}
	return false
}

// isSidecar says whether a file of this name is XMP metadata beside a photo.
func isSidecar(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && name[0] != '.' && lower(name[dot+1:]) == "xmp"
}

// lower is for extensions: ASCII only, so that no letter of another script changes its length or meaning.
func lower(extension string) string {
	for i := range len(extension) {
		if c := extension[i]; c >= 'A' && c <= 'Z' {
			b := []byte(extension)
			for j, c := range b {
				if c >= 'A' && c <= 'Z' {
					b[j] = c + 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return extension
}

// Skipped says whether a walk passes by a directory of this name: it is hidden, or it belongs to a system rather than to
// its user.
func Skipped(name string) bool {
	if name == "" || name[0] == '.' {
		return true
	}
	switch name {
	case "@eaDir", "#recycle", "#snapshot", // Synology
		"@Recycle", "@Recently-Snapshot", // QNAP
		"$RECYCLE.BIN", "$Recycle.Bin", "RECYCLER", "System Volume Information", // Windows
		"__MACOSX",   // archives made on macOS
		"lost+found": // ext file systems
		return true
	}
	return false
}

// skippedPath says whether a walk of the root would pass by this path below it.
func skippedPath(rel string) bool {
	if rel == "" {
		return false
	}
	for part := range strings.SplitSeq(rel, "/") {
		if Skipped(part) {
			return true
		}
	}
	return false
}
