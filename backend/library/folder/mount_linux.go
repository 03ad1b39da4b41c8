package folder

import (
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// mountTable reads the mount points of fstab(5). A table that cannot be read has none.
func mountTable() map[string]bool {
	data, _ := os.ReadFile("/etc/fstab")
	return parseMounts(string(data))
}

func parseMounts(table string) map[string]bool {
	points := map[string]bool{}
	for line := range strings.Lines(table) {
		if fields := strings.Fields(line); len(fields) >= 2 && !strings.HasPrefix(fields[0], "#") {
			points[unescapeMount(fields[1])] = true
		}
	}
	return points
}

// mountPoint says whether path is a place where drives are mounted, by the table or by custom. It does not say whether
// anything is mounted there now.
func mountPoint(path string, table map[string]bool) bool {
	if path == "/" {
		return false
	}
	above := filepath.Dir(path)
	return table[path] || path == "/mnt" || path == "/media" || above == "/mnt" || above == "/media" ||
		filepath.Dir(above) == "/media" || filepath.Dir(above) == "/run/media"
}

// unescapeMount reads the octal escapes of fstab(5): \040 is a space.
func unescapeMount(field string) string {
	var b strings.Builder
	for i := 0; i < len(field); i++ {
		if c := field[i]; c == '\\' && i+3 < len(field) && octal(field[i+1]) && octal(field[i+2]) && octal(field[i+3]) {
			b.WriteByte((field[i+1]-'0')<<6 | (field[i+2]-'0')<<3 | (field[i+3] - '0'))
			i += 3
			continue
		}
		b.WriteByte(field[i])
	}
	return b.String()
}

func octal(c byte) bool { return c >= '0' && c <= '7' }

// nothingMounted says whether an empty directory looks like a mount point with nothing mounted: it is a place for
// drives, and it is on the same file system as the directory above it.
func nothingMounted(path string, id identity, table map[string]bool) bool {
	if !mountPoint(path, table) {
		return false
	}
	above, err := look(filepath.Dir(path))
	return err == nil && above.device == id.device
}

// networkFileSystem names the kind of a file system whose changes by other computers cannot be watched; "" for others.
// The numbers are the kernel's, include/uapi/linux/magic.h and the file systems' own sources.
func networkFileSystem(path string) string {
	var st unix.Statfs_t
	if _, err := retry(func() (int, error) { return 0, unix.Statfs(path, &st) }); err != nil {
		return ""
	}
	switch uint32(st.Type) {
	case 0x6969:
		return "NFS"
	case 0x517B, 0xFF534D42, 0xFE534D42:
		return "SMB"
	case 0x65735546:
		return "FUSE"
	case 0x01021997:
		return "9P"
	case 0x5346414F, 0x6B414653:
		return "AFS"
	case 0x00C36400:
		return "Ceph"
	case 0x73757245:
		return "Coda"
	case 0x564C:
		return "NCP"
	case 0x0BD00BD0:
		return "Lustre"
	case 0x01161970:
		return "GFS2"
	case 0x7461636F:
		return "OCFS2"
	case 0x786F4256:
		return "a shared folder of VirtualBox"
	}
	return ""
}
