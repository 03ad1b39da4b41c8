package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"pixeldetective/backend/internal/atomicfile"
)

const (
	// RecordFile is the name of a model's Record in its folder.
	RecordFile = "installed.json"
	// PartSuffix ends the names of files that are on their way into a model's folder, and of notes about them.
	PartSuffix = ".part"
)

// Record says which files of a model were received into its folder, and what they were. For a file that its manifest
// calls unverified it takes the manifest's place: from then on the file must stay what it was.
type Record struct {
	Schema   int            `json:"schema"`
	Model    string         `json:"model"` // its id
	Revision string         `json:"revision"`
	Files    []RecordedFile `json:"files"`
}

// RecordedFile is a file as it was received.
type RecordedFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"` // lower-case hexadecimal
	From   string `json:"from"`   // its address; or the folder that it came from
}

// ReadRecord reads the record of a model's folder. The error is os.ErrNotExist if there is none, else part of a sentence
// that begins with the record.
func ReadRecord(folder string) (Record, error) {
	data, err := readManifest(filepath.Join(folder, RecordFile))
	if err != nil {
		return Record{}, err
	}
	var r Record
	if err := parseStrictly(data, &r); err != nil {
		return Record{}, err
	}
	return r, r.validate()
}

func (r Record) validate() error {
	if err := checkSchema(r.Schema); err != nil {
		return err
	}
	if len(r.Files) > maxFiles {
		return fmt.Errorf("it lists %d files, more than %d", len(r.Files), maxFiles)
	}
	for _, f := range r.Files {
		if !plainFile(f.Name) || reserved(f.Name) || f.Bytes < 0 || f.Bytes > maxFileBytes || !sha256Digits.MatchString(f.SHA256) {
			return fmt.Errorf("its entry of the file %q is not plain", f.Name)
		}
	}
	return nil
}

// Write puts the record into a model's folder, whole or not at all.
func (r Record) Write(folder string) error {
	r.Schema = Schema
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(folder, RecordFile), append(data, '\n'), 0o644)
}

// File returns the entry of Files with this name.
func (r Record) File(name string) (RecordedFile, bool) {
	i := slices.IndexFunc(r.Files, func(f RecordedFile) bool { return f.Name == name })
	if i < 0 {
		return RecordedFile{}, false
	}
	return r.Files[i], true
}

// Recorded returns the model with the sizes and hashes of its unverified files as the record of a folder has them. Files
// that the record does not know, or knows with another hash than a manifest that names one, stay as they are.
func (m Model) Recorded(folder string) Model {
	if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Unverified }) {
		return m
	}
	r, err := ReadRecord(folder)
	if err != nil || r.Model != m.ID || r.Revision != m.Revision {
		return m
	}
	m.Files = slices.Clone(m.Files)
	for i := range m.Files {
		f := &m.Files[i]
		if have, ok := r.File(f.Name); ok && f.Unverified && (f.SHA256 == "" || f.SHA256 == have.SHA256) {
			f.Bytes, f.SHA256 = have.Bytes, have.SHA256
		}
	}
	return m
}

// reserved says whether a name is one that the program itself gives to a file in a model's folder.
func reserved(folded string) bool {
	return folded == modelFile || folded == catalogFile || folded == RecordFile || filepath.Ext(folded) == PartSuffix
}

// errNotRecorded is why a file of unknown hash is not read.
var errNotRecorded = errors.New("its hash is not known, and none was recorded when it came")

// present says whether a file of a model is in a folder in its right size, and if it has a hash to be compared with.
func (f File) present(folder string) bool {
	info, err := os.Stat(filepath.Join(folder, f.Name))
	return err == nil && info.Mode().IsRegular() && info.Size() == f.Bytes && f.SHA256 != ""
}
