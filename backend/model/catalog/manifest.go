package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	// Schema is the version of the manifests that this program reads.
	Schema = 1
	// maxManifest is the greatest size of a manifest in bytes. The one that ships has a few kilobytes.
	maxManifest = 1 << 20
	// maxDepth is how deep a manifest's values may nest.
	maxDepth = 16
)

// list is the content of a catalog.json.
type list struct {
	Schema int               `json:"schema"`
	Models []json.RawMessage `json:"models"`
}

// single is the content of a model.json.
type single struct {
	Schema int             `json:"schema"`
	Model  json.RawMessage `json:"model"`
}

// readManifest reads a manifest's bytes. What is not a regular file of bearable size is refused unread.
func readManifest(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, systemReason(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, systemReason(err)
	}
	defer f.Close() //nolint:errcheck // only read
	data, err := io.ReadAll(io.LimitReader(f, maxManifest+1))
	if err != nil {
		return nil, systemReason(err)
	}
	if len(data) > maxManifest {
		return nil, fmt.Errorf("it is larger than %d bytes", maxManifest)
	}
	return data, nil
}

// parseList reads a catalog.json into its models, each still to be parsed.
func parseList(data []byte) ([]json.RawMessage, error) {
	var l list
	if err := parseStrictly(data, &l); err != nil {
		return nil, err
	}
	return l.Models, checkSchema(l.Schema)
}

// parseSingle reads a model.json into its model, still to be parsed.
func parseSingle(data []byte) (json.RawMessage, error) {
	var s single
	if err := parseStrictly(data, &s); err != nil {
		return nil, err
	}
	if err := checkSchema(s.Schema); err != nil {
		return nil, err
	}
	if len(s.Model) == 0 {
		return nil, errors.New(`the field "model" is missing`)
	}
	return s.Model, nil
}

// parseModel reads one model and validates it.
func parseModel(data []byte) (Model, error) {
	var m Model
	if err := parseStrictly(data, &m); err != nil {
		return Model{}, err
	}
	return m, m.Validate()
}

func checkSchema(n int) error {
	switch {
	case n == Schema:
		return nil
	case n > Schema:
		return fmt.Errorf("its schema is %d, and this version of the program reads schema %d", n, Schema)
	default:
		return fmt.Errorf(`its "schema" is not %d`, Schema)
	}
}

// parseStrictly reads one JSON value: no unknown field, no field twice, nothing after it.
func parseStrictly(data []byte, into any) error {
	if err := refuseRepeated(data); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// refuseRepeated walks a JSON value and refuses objects that name a field twice (readers differ in which one counts),
// deep nesting, and data after the value.
func refuseRepeated(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := walkValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is something after its end")
	}
	return nil
}

func walkValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errors.New("it nests too deeply")
	}
	t, err := d.Token()
	if err != nil {
		return notJSON(err)
	}
	opening, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if opening == '{' {
			key, err := d.Token()
			if err != nil {
				return notJSON(err)
			}
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("it names %q twice", name)
			}
			seen[name] = true
		}
		if err := walkValue(d, depth+1); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return notJSON(err)
	}
	return nil
}

func notJSON(err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("it is not valid JSON (%w)", err)
}
