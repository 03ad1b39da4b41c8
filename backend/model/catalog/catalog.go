package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"pixeldetective/backend/photo"
)

const (
	catalogFile = "catalog.json"
	modelFile   = "model.json"
	// maxUserFolders is how many folders of the user's models are looked into.
	maxUserFolders = 1000
)

// Catalog is the list of known models and where their files are. It does not change after Open; whether files are
// there is asked of the disk each time. It is safe for concurrent use.
type Catalog struct {
	models   []Model
	folders  map[string][]string // by id: where the files may be, best first
	problems []Problem
	shipped  error
	root     string // the folder of the models that ship
}

// Problem is a manifest, or one model in it, that was not accepted.
type Problem struct {
	File   string `json:"file"`   // path of the manifest
	Reason string `json:"reason"` // what is wrong, a sentence
	Remedy string `json:"remedy"` // what the user can do, a sentence
}

// State says whether a model's files are here.
type State struct {
	Installed bool     `json:"installed"`
	Missing   []string `json:"missing,omitempty"` // names of the files that are not there or have another size
	Reason    string   `json:"reason,omitempty"`  // a sentence; empty if installed
}

// Open reads the manifests: shipped/catalog.json lists the models that ship with the program or can be downloaded, with
// the files of each in shipped/ID or user/ID; user/catalog.json is one more such list, and user/*/model.json describes
// the model in that very folder. The user's folder need not exist.
//
// Manifests that are not accepted become Problems. If the list that ships cannot be read, that is a Problem too, and
// Open returns *ShippedError beside a catalog that holds the user's models: the caller may go on.
func Open(shipped, user string) (*Catalog, error) {
	c := &Catalog{folders: map[string][]string{}, root: shipped}
	path := filepath.Join(shipped, catalogFile)
	if err := c.addList(path, shipped, user); err != nil {
		c.shipped = &ShippedError{Path: path, Reason: err.Error()}
		c.problems = append(c.problems, Problem{
			File:   path,
			Reason: "The list of models that ships with the program cannot be used: " + err.Error() + ".",
			Remedy: "Install the program again, or set PIXEL_DETECTIVE_MODELS to the folder that holds it.",
		})
	}
	c.addUser(user)
	return c, c.shipped
}

// addList takes the models of a catalog.json; each has its files in the folder of its id below one of the parents.
func (c *Catalog) addList(path string, parents ...string) error {
	data, err := readManifest(path)
	if err != nil {
		return err
	}
	models, err := parseList(data)
	if err != nil {
		return err
	}
	for i, raw := range models {
		m, err := parseModel(raw)
		if err != nil {
			c.refuse(path, fmt.Sprintf("model %d of the list: %v", i+1, err))
			continue
		}
		var folders []string
		for _, p := range parents {
			if p != "" {
				folders = append(folders, filepath.Join(p, m.ID))
			}
		}
		c.add(path, m, folders)
	}
	return nil
}

// addUser takes what is in the user's models folder.
func (c *Catalog) addUser(user string) {
	if user == "" {
		return
	}
	entries, err := os.ReadDir(user)
	if errors.Is(err, os.ErrNotExist) {
		return
	}
	if err != nil {
		c.problems = append(c.problems, Problem{
			File:   user,
			Reason: fmt.Sprintf("The folder of your models cannot be read: %v.", systemReason(err)),
			Remedy: "Give yourself the right to read it, or move it away; the other models are used meanwhile.",
		})
		return
	}
	path := filepath.Join(user, catalogFile)
	if err := c.addList(path, user); err != nil && !errors.Is(err, os.ErrNotExist) {
		c.refuse(path, err.Error())
	}
	if len(entries) > maxUserFolders {
		c.refuse(user, fmt.Sprintf("the folder of your models holds more than %d entries; the rest was not looked at", maxUserFolders))
		entries = entries[:maxUserFolders]
	}
	for _, e := range entries {
		folder := filepath.Join(user, e.Name())
		c.addSingle(filepath.Join(folder, modelFile), folder)
	}
}

// addSingle takes the model of a model.json, if there is one.
func (c *Catalog) addSingle(path, folder string) {
	data, err := readManifest(path)
	if errors.Is(err, os.ErrNotExist) || isNotDirectory(err) {
		return
	}
	var raw json.RawMessage
	if err == nil {
		raw, err = parseSingle(data)
	}
	var m Model
	if err == nil {
		m, err = parseModel(raw)
	}
	if err != nil {
		c.refuse(path, err.Error())
		return
	}
	c.add(path, m, []string{folder})
}

func (c *Catalog) add(path string, m Model, folders []string) {
	if _, known := c.folders[m.ID]; known {
		c.refuse(path, fmt.Sprintf("there is another model with the id %q", m.ID))
		return
	}
	c.models = append(c.models, m)
	c.folders[m.ID] = folders
}

func (c *Catalog) refuse(path, reason string) {
	c.problems = append(c.problems, Problem{
		File:   path,
		Reason: "This description of a model was not accepted: " + reason + ".",
		Remedy: "Correct the file or move it out of the folder, then start the program again; the other models are used meanwhile.",
	})
}

// Models returns every known model, installed or not, those that ship first. Files that the manifest calls unverified are
// as they were received, where they were.
func (c *Catalog) Models() []Model {
	models := make([]Model, 0, len(c.models))
	for _, m := range c.models {
		m, _, _ = c.locate(m)
		models = append(models, m)
	}
	return models
}

// Problems returns what was not accepted.
func (c *Catalog) Problems() []Problem { return slices.Clone(c.problems) }

// Find returns the model with this id ("starter") or reference ("starter@1"), as Models does, and the folder where its
// files are or would be.
func (c *Catalog) Find(name string) (Model, string, bool) {
	for _, m := range c.models {
		if m.ID == name || m.Ref().String() == name {
			m, folder, _ := c.locate(m)
			return m, folder, true
		}
	}
	return Model{}, "", false
}

// InstallFolder returns the folder that a model's files are installed into: the user's, as long as there is one.
func (c *Catalog) InstallFolder(m Model) string {
	if folders := c.folders[m.ID]; len(folders) > 0 {
		return folders[len(folders)-1]
	}
	return ""
}

// Ships says whether a model's files came with the program, and are used from there.
func (c *Catalog) Ships(m Model) bool {
	_, folder, missing := c.locate(m)
	return len(missing) == 0 && folder != "" && folder == filepath.Join(c.root, m.ID)
}

// locate returns the first folder that has all files of a model, else the one that has most of them, and the model as its
// record there says.
func (c *Catalog) locate(m Model) (recorded Model, folder string, missing []string) {
	recorded = m
	for i, f := range c.folders[m.ID] {
		as := m.Recorded(f)
		lacks := lacking(as, f)
		if i == 0 || len(lacks) < len(missing) {
			recorded, folder, missing = as, f, lacks
		}
	}
	return recorded, folder, missing
}

// lacking returns the names of the files of a model that it needs and a folder does not have in their right size.
func lacking(m Model, folder string) []string {
	var names []string
	for _, f := range m.Files {
		if !f.Optional && !f.present(folder) {
			names = append(names, f.Name)
		}
	}
	return names
}

// needed returns how many files a model cannot do without.
func (m Model) needed() (n int) {
	for _, f := range m.Files {
		if !f.Optional {
			n++
		}
	}
	return n
}

// Installed says whether a model's files are all here, by their sizes; their bytes are compared when they are loaded.
func (c *Catalog) Installed(m Model) State {
	i := slices.IndexFunc(c.models, func(known Model) bool { return known.ID == m.ID })
	if i < 0 {
		return State{Reason: fmt.Sprintf("There is no model %q.", m.ID)}
	}
	_, folder, missing := c.locate(c.models[i])
	if len(missing) == 0 {
		return State{Installed: true}
	}
	reason := fmt.Sprintf("The model %q is not installed.", m.Name)
	if needed := m.needed(); len(missing) < needed {
		reason = fmt.Sprintf("The model %q is not complete: %d of its %d files are missing in %q or have another size.",
			m.Name, len(missing), needed, folder)
	}
	return State{Missing: missing, Reason: reason}
}

// Active returns the best installed model of a role and the folder of its files, or *NoModelError. Of two models of the
// same stage the first in Models counts.
func (c *Catalog) Active(role Role) (Model, string, error) {
	var best Model
	var folder, broken string
	for _, m := range c.models {
		if m.Role != role {
			continue
		}
		m, at, missing := c.locate(m)
		if len(missing) > 0 {
			if broken == "" && len(missing) < m.needed() {
				broken = c.Installed(m).Reason
			}
			continue
		}
		if folder == "" || rank(m.Stage) > rank(best.Stage) {
			best, folder = m, at
		}
	}
	if folder != "" {
		return best, folder, nil
	}
	return Model{}, "", &NoModelError{Role: role, Reason: c.why(broken)}
}

// why says why no model is there, best reason first.
func (c *Catalog) why(broken string) string {
	switch {
	case broken != "":
		return broken + " Install the program again"
	case c.shipped != nil:
		return c.shipped.Error()
	default:
		return "none of the models in the list is complete; install the program again"
	}
}

// rank orders the stages.
func rank(s photo.Stage) int {
	switch s {
	case photo.StageComprehensive:
		return 3
	case photo.StageAccurate:
		return 2
	default:
		return 1
	}
}
