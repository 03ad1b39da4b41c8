package metadata

import (
	"bytes"

	"pixeldetective/backend/photo"
)

// maxRecords bounds how many IIM data sets are read.
const maxRecords = 4096

type iptc struct {
	taken                                                 photo.Moment
	title, description, creator, copyright, city, country string
	keywords                                              []string
}

// readIPTC reads IIM data sets (IPTC-NAA Information Interchange Model 4.2) of records 1 and 2.
func readIPTC(block []byte) iptc {
	var out iptc
	var date, clock string
	for range maxRecords {
		if len(block) < 5 || block[0] != 0x1c {
			break
		}
		record, set := block[1], block[2]
		size := int(block[3])<<8 | int(block[4])
		if size&0x8000 != 0 || size > len(block)-5 { // lengths of lengths are for data that no photo has
			break
		}
		value := block[5 : 5+size]
		block = block[5+size:]
		if record != 2 {
			continue
		}
		set2(&out, set, value, &date, &clock)
	}
	out.taken = iptcMoment(date, clock)
	if isFiller(out.description) {
		out.description = ""
	}
	return out
}

func set2(out *iptc, set byte, value []byte, date, clock *string) {
	s := clean(decode(bytes.TrimRight(value, "\x00")), maxText)
	switch set {
	case 5:
		out.title = first(out.title, s)
	case 25:
		out.keywords = append(out.keywords, clean(s, maxWord))
	case 55:
		*date = s
	case 60:
		*clock = s
	case 80:
		out.creator = first(out.creator, clean(s, maxWord))
	case 90:
		out.city = first(out.city, clean(s, maxWord))
	case 101:
		out.country = first(out.country, clean(s, maxWord))
	case 116:
		out.copyright = first(out.copyright, clean(s, maxWord))
	case 120:
		out.description = first(out.description, s)
	}
}

// iptcMoment reads "20170101" and "110000+0100".
func iptcMoment(date, clock string) photo.Moment {
	if len(date) != 8 {
		return photo.Moment{}
	}
	day := date[:4] + "-" + date[4:6] + "-" + date[6:]
	if len(clock) < 6 {
		return isoMoment(day, photo.MomentIPTC)
	}
	return moment(day+" "+clock[:2]+":"+clock[2:4]+":"+clock[4:6], "", clock[6:], photo.MomentIPTC)
}
