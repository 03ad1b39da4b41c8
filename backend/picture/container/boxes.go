package container

// box is one box of an ISO base media file (ISO/IEC 14496-12).
type box struct {
	kind string
	name []byte // the kind's place in the data
	body []byte
	cut  bool // the box claims more than there is
}

// maxBoxes bounds how many boxes of one level are looked at.
const maxBoxes = 4096

// boxes lists the boxes of one level; ok is false where the structure is broken or ends too early.
func boxes(data []byte) (list []box, ok bool) {
	for len(data) > 0 {
		if len(data) < 8 || len(list) == maxBoxes {
			return list, false
		}
		size, head := uint64(be32(data)), uint64(8)
		switch size {
		case 0:
			size = uint64(len(data))
		case 1:
			if len(data) < 16 {
				return list, false
			}
			size, head = be64(data[8:]), 16
		}
		if size < head {
			return list, false
		}
		b := box{kind: string(data[4:8]), name: data[4:8], cut: size > uint64(len(data))}
		size = min(size, uint64(len(data)))
		if size < head {
			return list, false
		}
		b.body = data[head:size]
		list = append(list, b)
		if b.cut {
			return list, false
		}
		data = data[size:]
	}
	return list, true
}

func child(list []box, kind string) ([]byte, bool) {
	for _, b := range list {
		if b.kind == kind {
			return b.body, true
		}
	}
	return nil, false
}

// path follows kinds down and returns the body at its end.
func path(data []byte, kinds ...string) ([]byte, bool) {
	for _, kind := range kinds {
		list, _ := boxes(data)
		body, ok := child(list, kind)
		if !ok {
			return nil, false
		}
		data = body
	}
	return data, true
}

// reader takes numbers off the front of a slice; after the end it gives zeros and bad is set.
type reader struct {
	data []byte
	bad  bool
}

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.bad, r.data = true, nil
		return nil
	}
	out := r.data[:n]
	r.data = r.data[n:]
	return out
}

func (r *reader) uint(n int) uint64 {
	var v uint64
	for _, b := range r.take(n) {
		v = v<<8 | uint64(b)
	}
	return v
}

func (r *reader) text() string {
	for i, b := range r.data {
		if b == 0 {
			s := string(r.data[:i])
			r.data = r.data[i+1:]
			return s
		}
	}
	r.bad, r.data = true, nil
	return ""
}
