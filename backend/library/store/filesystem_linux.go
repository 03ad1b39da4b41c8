package store

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// networkMagic names file systems that reach other machines, by statfs(2)'s number.
func networkMagic(magic uint32) (string, bool) {
	switch magic {
	case 0x6969:
		return "nfs", true
	case 0x517B, 0xFF534D42, 0xFE534D42:
		return "smb", true
	case 0x5346414F, 0x6B414653:
		return "afs", true
	case 0x73757245:
		return "coda", true
	case 0x564C:
		return "ncp", true
	case 0x01021997:
		return "9p", true
	case 0x00C36400:
		return "ceph", true
	case 0x0BD00BD0:
		return "lustre", true
	case 0x01161970:
		return "gfs2", true
	case 0x7461636F:
		return "ocfs2", true
	}
	return "", false
}

const fuseMagic = 0x65735546

// networkFileSystem says whether a folder lies on a file system that other machines write too, and its kind.
func networkFileSystem(dir string) (string, bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", false // whoever uses the folder will meet the error
	}
	if uint32(st.Type) != fuseMagic {
		return networkMagic(uint32(st.Type))
	}
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return "", false
	}
	defer f.Close()
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return networkFuse(f, dir)
}

// networkFuse finds the mount that a path lies on in the text of mountinfo (proc_pid_mountinfo(5)) and says whether its
// program reaches other machines.
func networkFuse(mountinfo io.Reader, path string) (string, bool) {
	longest, kind := -1, ""
	lines := bufio.NewScanner(mountinfo)
	for lines.Scan() {
		before, after, ok := strings.Cut(lines.Text(), " - ")
		fields, rest := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(rest) < 1 {
			continue
		}
		point := unescapeMount(fields[4])
		if inside(path, point) && len(point) >= longest {
			longest, kind = len(point), rest[0]
		}
	}
	name := strings.TrimPrefix(kind, "fuse.")
	for _, network := range []string{"sshfs", "rclone", "s3fs", "goofys", "gcsfuse", "glusterfs", "davfs", "curlftpfs", "smbnetfs",
		"gvfsd-fuse", "mfs", "ceph-fuse", "juicefs", "google-drive-ocamlfuse", "onedriver", "vmhgfs-fuse"} {
		if name == network {
			return name, true
		}
	}
	return "", false
}

// unescapeMount undoes \040 and its like.
func unescapeMount(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}
