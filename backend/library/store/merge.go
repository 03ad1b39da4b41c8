package store

import (
	"bytes"
	"strings"
)

// fileRow is a file as it is kept.
type fileRow struct {
	id      int64
	name    []byte
	size    int64
	mtime   int64
	inode   int64
	sidecar []byte
	scSize  int64
	scMTime int64
	photo   *int64
}

// merge brings the rows of one directory in line with a listing.
type merge struct {
	t       *tx
	dir     int64
	touched *touched
	counts  *ReconcileResult
}

// run merges the rows with names in (after, until] with entries, which are sorted; nil: no bound.
func (m *merge) run(entries []Entry, after, until []byte) error {
	for {
		rows, err := m.t.filesAfter(m.dir, after, removeBatch)
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.name
			if until != nil && bytes.Compare(row.name, until) > 0 {
				return m.insert(entries)
			}
			n := 0
			for n < len(entries) && entries[n].Name < string(row.name) {
				n++
			}
			if err := m.insert(entries[:n]); err != nil {
				return err
			}
			entries = entries[n:]
			if len(entries) > 0 && entries[0].Name == string(row.name) {
				err = m.update(row, entries[0])
				entries = entries[1:]
			} else {
				m.counts.Removed++
				err = m.t.removeFile(row, m.touched)
			}
			if err != nil {
				return err
			}
		}
		if len(rows) < removeBatch {
			return m.insert(entries)
		}
	}
}

func (m *merge) insert(entries []Entry) error {
	for _, e := range entries {
		m.counts.Added++
		if err := m.t.exec(`INSERT INTO file (dir, name, ext, size, mtime, inode, sidecar, sidecar_size, sidecar_mtime, refresh)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, m.dir, []byte(e.Name), extension(e.Name), e.Size, e.MTime, int64(e.Inode),
			[]byte(e.Sidecar), e.SidecarSize, e.SidecarMTime, e.Sidecar != ""); err != nil {
			return err
		}
	}
	return nil
}

func (m *merge) update(row fileRow, e Entry) error {
	sameFile := row.size == e.Size && row.mtime == e.MTime && (row.inode == int64(e.Inode) || row.inode == 0 || e.Inode == 0)
	sameSidecar := string(row.sidecar) == e.Sidecar && row.scSize == e.SidecarSize && row.scMTime == e.SidecarMTime
	switch {
	case !sameFile || !sameSidecar:
		m.counts.Changed++
		return m.t.exec(`UPDATE file SET size = ?, mtime = ?, inode = ?, sidecar = ?, sidecar_size = ?, sidecar_mtime = ?,
			state = 0, refresh = max(refresh, ?), attempts = 0, kind = '', reason = '', failed_at = 0 WHERE id = ?`,
			e.Size, e.MTime, int64(e.Inode), []byte(e.Sidecar), e.SidecarSize, e.SidecarMTime, !sameSidecar, row.id)
	case row.inode != int64(e.Inode):
		m.counts.Unchanged++
		return m.t.exec("UPDATE file SET inode = ? WHERE id = ?", int64(e.Inode), row.id)
	}
	m.counts.Unchanged++
	return nil
}

// filesAfter reads file rows of a directory in the order of their names.
func (t *tx) filesAfter(dir int64, after []byte, limit int) ([]fileRow, error) {
	if after == nil {
		after = []byte{} // no name is empty
	}
	var rows []fileRow
	err := t.each(`SELECT id, name, size, mtime, inode, sidecar, sidecar_size, sidecar_mtime, photo FROM file
		WHERE dir = ? AND name > ? ORDER BY name LIMIT ?`, []any{dir, after, limit}, func(r rowScanner) error {
		var f fileRow
		err := r.Scan(&f.id, &f.name, &f.size, &f.mtime, &f.inode, &f.sidecar, &f.scSize, &f.scMTime, &f.photo)
		rows = append(rows, f)
		return err
	})
	return rows, err
}

// removeFile removes a file row.
func (t *tx) removeFile(f fileRow, touched *touched) error {
	if f.photo != nil {
		touched.unlink(*f.photo)
	}
	return t.exec("DELETE FROM file WHERE id = ?", f.id)
}

// extension returns what follows the last dot of a name, in lower case.
func extension(name string) string {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return ""
	}
	return strings.ToValidUTF8(strings.ToLower(name[i+1:]), "�")
}
