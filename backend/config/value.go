package config

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kind is how a setting is written in the file.
type kind int

const (
	kindWhole  kind = iota // 8
	kindBytes              // "256 MiB", or a number of bytes
	kindSpan               // "30s", "1h30m"
	kindShare              // 0.8
	kindYesNo              // true
	kindWord               // "cuda"
	kindChoice             // "dark"
)

// String names the kind as the window knows it.
func (k kind) String() string {
	return [...]string{"whole", "bytes", "span", "share", "switch", "word", "choice"}[k]
}

// parse turns a value of the TOML file into the table's form, or says in words what would be right.
func (s setting) parse(v any) (any, error) {
	wrong := func() error { return fmt.Errorf("want %s", s.allowed()) }
	var out any
	switch s.kind {
	case kindWhole:
		n, ok := wholeNumber(v)
		if !ok {
			return nil, wrong()
		}
		out = n
	case kindBytes:
		n, ok := wholeNumber(v)
		if text, isText := v.(string); isText {
			n, ok = parseBytes(text)
		}
		if !ok {
			return nil, wrong()
		}
		out = n
	case kindSpan:
		text, ok := v.(string)
		if !ok {
			return nil, wrong()
		}
		d, err := time.ParseDuration(strings.ReplaceAll(text, " ", ""))
		if err != nil {
			return nil, wrong()
		}
		out = int64(d)
	case kindShare:
		switch n := v.(type) {
		case float64:
			out = n
		case int64:
			out = float64(n)
		default:
			return nil, wrong()
		}
	case kindYesNo:
		b, ok := v.(bool)
		if !ok {
			return nil, wrong()
		}
		out = b
	case kindWord:
		text, ok := v.(string)
		if !ok || len(text) > 64 || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			return nil, wrong()
		}
		out = text
	case kindChoice:
		text, ok := v.(string)
		if !ok {
			return nil, wrong()
		}
		out = text
	}
	if !s.inRange(out) {
		return nil, wrong()
	}
	return out, nil
}

func (s setting) inRange(v any) bool {
	switch n := v.(type) {
	case int64:
		return n >= s.low.(int64) && n <= s.high.(int64)
	case float64:
		return n >= s.low.(float64) && n <= s.high.(float64) // false for NaN
	case string:
		return s.kind != kindChoice || slices.Contains(s.choices, n)
	}
	return true
}

// allowed describes the values that the setting takes.
func (s setting) allowed() string {
	switch s.kind {
	case kindWhole:
		return fmt.Sprintf("a whole number from %s to %s", s.write(s.low), s.write(s.high))
	case kindBytes:
		return fmt.Sprintf("a size from %s to %s", s.write(s.low), s.write(s.high))
	case kindSpan:
		return fmt.Sprintf("a time from %s to %s", s.write(s.low), s.write(s.high))
	case kindShare:
		return fmt.Sprintf("a number from %s to %s", s.write(s.low), s.write(s.high))
	case kindYesNo:
		return "true or false"
	case kindChoice:
		return "one of " + strings.Join(s.choices, ", ")
	}
	return "a short word in quotes"
}

// write gives a value in the form in which the file holds it; parse reads it back to the same value.
func (s setting) write(v any) string {
	switch s.kind {
	case kindBytes:
		return strconv.Quote(formatBytes(v.(int64)))
	case kindSpan:
		return strconv.Quote(formatSpan(time.Duration(v.(int64))))
	case kindShare:
		return strconv.FormatFloat(v.(float64), 'f', -1, 64)
	case kindWord, kindChoice:
		return strconv.Quote(v.(string))
	}
	return fmt.Sprint(v)
}

// text gives a value as a person reads and types it: as the file holds it, without quotes.
func (s setting) text(v any) string {
	if v == nil {
		return ""
	}
	text := s.write(v)
	if plain, err := strconv.Unquote(text); err == nil {
		return plain
	}
	return text
}

// parseText reads what text gives, and what a person types.
func (s setting) parseText(text string) (any, error) {
	switch s.kind {
	case kindBytes, kindSpan, kindWord, kindChoice:
		return s.parse(strings.TrimSpace(text))
	case kindYesNo:
		switch strings.TrimSpace(text) {
		case "true":
			return s.parse(true)
		case "false":
			return s.parse(false)
		}
	default:
		plain := strings.TrimSpace(text)
		if n, err := strconv.ParseInt(plain, 10, 64); err == nil {
			return s.parse(n)
		}
		if n, err := strconv.ParseFloat(plain, 64); err == nil {
			return s.parse(n)
		}
	}
	return nil, fmt.Errorf("want %s", s.allowed())
}

func wholeNumber(v any) (int64, bool) {
	switch n := v.(type) {
	case int64:
		return n, true
	case float64: // 2e8 is a natural way to write two hundred million
		if n == math.Trunc(n) && math.Abs(n) < 1<<53 {
			return int64(n), true
		}
	}
	return 0, false
}

// byteUnits are the units of sizes, largest first.
func byteUnits() []struct {
	name string
	size int64
} {
	return []struct {
		name string
		size int64
	}{{"TiB", 1024 * gib}, {"GiB", gib}, {"MiB", mib}, {"KiB", kib}, {"B", 1},
		{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"KB", 1e3}}
}

var sizePattern = regexp.MustCompile(`^\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*$`)

// parseBytes reads "256 MiB", "1.5GB" or "1000000".
func parseBytes(text string) (int64, bool) {
	m := sizePattern.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return 0, false
	}
	if m[2] == "" {
		m[2] = "B"
	}
	for _, u := range byteUnits() {
		if strings.EqualFold(u.name, m[2]) {
			if total := n * float64(u.size); total < math.MaxInt64/2 {
				return int64(math.Round(total)), true
			}
		}
	}
	return 0, false
}

func formatBytes(n int64) string {
	for _, u := range byteUnits() {
		if n >= u.size && n%u.size == 0 {
			return fmt.Sprintf("%d %s", n/u.size, u.name)
		}
	}
	return fmt.Sprintf("%d B", n)
}

// formatSpan writes a time without its zero parts: "10m", not "10m0s".
func formatSpan(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
