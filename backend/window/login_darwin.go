package window

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"path/filepath"
)

const consoleName = "pixel-detective"

// loginFile is a property list in the person's LaunchAgents, by launchd.plist(5).
func loginFile(w loginWords, getenv func(string) string) (file string, content, runs []byte) {
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return "", nil, nil
	}
	var b, run bytes.Buffer
	text := func(s string) string {
		var out bytes.Buffer
		_ = xml.EscapeText(&out, []byte(s)) // into memory
		return out.String()
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n" +
		`<plist version="1.0"><dict>` + "\n")
	fmt.Fprintf(&b, "<key>Label</key><string>%s</string>\n", text(w.name))
	fmt.Fprintf(&run, "<key>ProgramArguments</key><array>\n<string>%s</string>\n", text(w.program))
	for _, a := range w.arguments {
		fmt.Fprintf(&run, "<string>%s</string>\n", text(a))
	}
	b.Write(run.Bytes())
	b.WriteString("</array>\n<key>RunAtLoad</key><true/>\n<key>ProcessType</key><string>Background</string>\n</dict></plist>\n")
	return filepath.Join(home, "Library", "LaunchAgents", w.name+".plist"), b.Bytes(), run.Bytes()
}
