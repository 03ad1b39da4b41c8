package catalog

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"pixeldetective/backend/photo"
)

// Bounds of what a manifest may ask for: far above any model that a person's computer runs, far below what would make
// a number overflow.
const (
	maxFiles     = 32
	maxFileBytes = 16 << 30
	maxDimension = 8192
	maxSide      = 4096
	maxTokens    = 4096
	maxElements  = 1 << 28
	maxTensors   = 8
	maxRank      = 6
)

// Validate says what is wrong with a manifest, as part of a sentence that begins with the manifest's name; nil if
// nothing is. Whether the files are there, and are what the manifest says, is not its question.
func (m Model) Validate() error {
	for _, check := range []func(Model) error{
		Model.checkNames, Model.checkFiles, Model.checkGraphs, Model.checkLabels, Model.checkCutoff,
	} {
		if err := check(m); err != nil {
			return err
		}
	}
	return nil
}

var (
	plainID       = regexp.MustCompile(`^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$`)
	plainRevision = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$`)
	plainName     = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9_-])?$`)
	languageTag   = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$`)
	sha256Digits  = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// plainFile says whether a name can only mean a file in the model's own folder, on every system.
func plainFile(name string) bool {
	return plainName.MatchString(name) && !strings.Contains(name, "..")
}

func (m Model) checkNames() error {
	if !plainID.MatchString(m.ID) || strings.Contains(m.ID, "..") {
		return fmt.Errorf(`the id %q is not plain (lower-case letters, digits, ".", "_", "-"; at most 64)`, m.ID)
	}
	if !plainRevision.MatchString(m.Revision) {
		return fmt.Errorf("the revision %q is not plain", m.Revision)
	}
	if err := checkText("name", m.Name, 100); err != nil {
		return err
	}
	if err := checkText("licence", m.Licence, 100); err != nil {
		return err
	}
	if !slices.Contains(Families(), m.Family) {
		return fmt.Errorf("this version of the program does not know the family %q", m.Family)
	}
	if m.Role != RoleImageText && m.Role != RoleCaption {
		return fmt.Errorf("the role %q is not known", m.Role)
	}
	switch m.Stage {
	case photo.StageStarter, photo.StageAccurate, photo.StageComprehensive:
	default:
		return fmt.Errorf("the stage %q is not known", m.Stage)
	}
	for _, tag := range m.Languages {
		if !languageTag.MatchString(tag) {
			return fmt.Errorf("%q is not the tag of a language", tag)
		}
	}
	if m.Dimension < 1 || m.Dimension > maxDimension {
		return fmt.Errorf("the dimension %d is not within 1 to %d", m.Dimension, maxDimension)
	}
	if p := m.Prompt; p != "" && (len(p) > 200 || strings.Count(p, "%") != 1 || strings.Count(p, "%s") != 1) {
		return fmt.Errorf("the prompt %q does not have one %%s for the query", p)
	}
	return nil
}

func checkText(field, text string, longest int) error {
	if text == "" || len(text) > longest {
		return fmt.Errorf("the %s is empty or longer than %d bytes", field, longest)
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return fmt.Errorf("the %s holds a character that cannot be shown", field)
		}
	}
	return nil
}

func (m Model) checkFiles() error {
	if len(m.Files) == 0 || len(m.Files) > maxFiles {
		return fmt.Errorf("it lists %d files, not 1 to %d", len(m.Files), maxFiles)
	}
	seen := map[string]bool{}
	for _, f := range m.Files {
		folded := strings.ToLower(f.Name)
		switch {
		case !plainFile(f.Name):
			return fmt.Errorf("the file name %q is not plain", f.Name)
		case folded == modelFile || folded == catalogFile:
			return fmt.Errorf("the file name %q is that of a manifest", f.Name)
		case seen[folded]:
			return fmt.Errorf("it lists the file %q twice", f.Name)
		case f.Bytes < 1 || f.Bytes > maxFileBytes:
			return fmt.Errorf("the file %q has %d bytes, not 1 to %d", f.Name, f.Bytes, int64(maxFileBytes))
		case !sha256Digits.MatchString(f.SHA256):
			return fmt.Errorf("the SHA-256 of the file %q is not 64 lower-case hexadecimal digits", f.Name)
		}
		seen[folded] = true
		if f.URL == "" {
			continue
		}
		u, err := url.Parse(f.URL)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
			return fmt.Errorf("the address of the file %q is not an https address", f.Name)
		}
	}
	return nil
}

// File returns the entry of Files with this name.
func (m Model) File(name string) (File, bool) {
	i := slices.IndexFunc(m.Files, func(f File) bool { return f.Name == name })
	if i < 0 {
		return File{}, false
	}
	return m.Files[i], true
}

// Graph returns the graph with this name, nil if the model has none.
func (m Model) Graph(name GraphName) *Graph {
	switch name {
	case GraphImage:
		return m.Image
	case GraphText:
		return m.Text
	default:
		return nil
	}
}

func (m Model) checkGraphs() error {
	if m.Role == RoleImageText && (m.Image == nil || m.Text == nil) {
		return errors.New("it does not describe both an image graph and a text graph")
	}
	for _, name := range []GraphName{GraphImage, GraphText} {
		g := m.Graph(name)
		if g == nil {
			continue
		}
		if err := m.checkGraph(name, g); err != nil {
			return fmt.Errorf("the %s graph: %w", name, err)
		}
	}
	return nil
}

func (m Model) checkGraph(name GraphName, g *Graph) error {
	for precision, file := range g.Variants {
		if precision != FP32 && precision != FP16 && precision != Int8 {
			return fmt.Errorf("the precision %q is not known", precision)
		}
		if _, ok := m.File(file); !ok {
			return fmt.Errorf("the file %q is not in the list of files", file)
		}
	}
	if _, ok := g.Variants[g.Default]; !ok {
		return fmt.Errorf("there is no variant for the default precision %q", g.Default)
	}
	if err := checkTensors("input", g.Inputs); err != nil {
		return err
	}
	if err := checkTensors("output", g.Outputs); err != nil {
		return err
	}
	if m.Role == RoleImageText {
		if out := g.Outputs[0]; out.Type != Float32 || !slices.Equal(out.Shape, []int64{-1, int64(m.Dimension)}) {
			return fmt.Errorf("the first output must be the vector, %s [-1 %d]", Float32, m.Dimension)
		}
	}
	if name == GraphImage {
		return g.checkPreprocess()
	}
	return g.checkTokenizer(m)
}

func checkTensors(what string, tensors []Tensor) error {
	if len(tensors) == 0 || len(tensors) > maxTensors {
		return fmt.Errorf("it has %d %ss, not 1 to %d", len(tensors), what, maxTensors)
	}
	seen := map[string]bool{}
	for _, t := range tensors {
		if err := checkText("name of an "+what, t.Name, 128); err != nil {
			return err
		}
		if seen[t.Name] {
			return fmt.Errorf("it has the %s %q twice", what, t.Name)
		}
		seen[t.Name] = true
		if t.Type != Float32 && t.Type != Int64 {
			return fmt.Errorf("the %s %q has the type %q, not %s or %s", what, t.Name, t.Type, Float32, Int64)
		}
		if len(t.Shape) == 0 || len(t.Shape) > maxRank || t.Shape[0] != -1 {
			return fmt.Errorf("the %s %q does not have 1 to %d dimensions, the first −1 for the batch", what, t.Name, maxRank)
		}
		elements := int64(1)
		for _, n := range t.Shape[1:] {
			if n != -1 && (n < 1 || n > maxElements) {
				return fmt.Errorf("the %s %q has the dimension %d", what, t.Name, n)
			}
			if elements *= max(n, 1); elements > maxElements {
				return fmt.Errorf("the %s %q is larger than any model needs", what, t.Name)
			}
		}
	}
	return nil
}

func (g *Graph) checkPreprocess() error {
	p := g.Preprocess
	switch {
	case p == nil || g.Tokenizer != nil:
		return errors.New(`it must have "preprocess" and no "tokenizer"`)
	case p.Width < 1 || p.Width > maxSide || p.Height < 1 || p.Height > maxSide:
		return fmt.Errorf("its pictures are %d × %d, not 1 to %d", p.Width, p.Height, maxSide)
	case p.Fit != FitStretch && p.Fit != FitCenterCrop:
		return fmt.Errorf("the fit %q is not known", p.Fit)
	case p.Filter != FilterBilinear && p.Filter != FilterBicubic:
		return fmt.Errorf("the filter %q is not known", p.Filter)
	}
	for c := range 3 {
		if !within(p.Mean[c], -1, 2) || !within(p.Std[c], 1e-3, 10) {
			return errors.New("its mean is not within −1 to 2, or its std not within 0.001 to 10")
		}
	}
	in := g.Inputs[0]
	if len(g.Inputs) != 1 || in.Type != Float32 || len(in.Shape) != 4 || !agrees(in.Shape[1], 3) ||
		!agrees(in.Shape[2], p.Height) || !agrees(in.Shape[3], p.Width) {
		return fmt.Errorf("its one input must be %s [-1 3 %d %d]", Float32, p.Height, p.Width)
	}
	return nil
}

func (g *Graph) checkTokenizer(m Model) error {
	t := g.Tokenizer
	if t == nil || g.Preprocess != nil {
		return errors.New(`it must have "tokenizer" and no "preprocess"`)
	}
	if t.Kind != TokenizerWordPiece {
		return fmt.Errorf("this version of the program does not know the tokenizer %q", t.Kind)
	}
	if _, ok := m.File(t.File); !ok {
		return fmt.Errorf("the file %q is not in the list of files", t.File)
	}
	if t.MaxTokens < 3 || t.MaxTokens > maxTokens {
		return fmt.Errorf("max_tokens is %d, not 3 to %d", t.MaxTokens, maxTokens)
	}
	if t.PadTo != 0 && (t.PadTo < t.MaxTokens || t.PadTo > maxTokens) {
		return fmt.Errorf("pad_to is %d, not 0 or max_tokens to %d", t.PadTo, maxTokens)
	}
	for _, in := range g.Inputs {
		if in.Type != Int64 || len(in.Shape) != 2 || (in.Shape[1] != -1 && in.Shape[1] != int64(t.PadTo)) {
			return fmt.Errorf("the input %q must be %s [-1 -1], or [-1 pad_to]", in.Name, Int64)
		}
	}
	return nil
}

func (m Model) checkLabels() error {
	l := m.Labels
	if l == nil {
		return nil
	}
	if _, ok := m.File(l.File); !ok {
		return fmt.Errorf("the labels' file %q is not in the list of files", l.File)
	}
	if m.Image == nil {
		return errors.New("it has labels and no image graph")
	}
	i := slices.IndexFunc(m.Image.Outputs, func(t Tensor) bool { return t.Name == l.Output })
	if i < 1 {
		return fmt.Errorf("the labels' output %q is not an output of the image graph after the first", l.Output)
	}
	if out := m.Image.Outputs[i]; out.Type != Float32 || len(out.Shape) != 2 || out.Shape[1] < 1 {
		return fmt.Errorf("the labels' output %q must be %s [-1 n]", l.Output, Float32)
	}
	if len(l.Thresholds) == 0 {
		return errors.New("the labels have no thresholds")
	}
	for kind, t := range l.Thresholds {
		if kind == "" || !within(t, 0, 1) {
			return fmt.Errorf("the threshold of the labels %q is not within 0 to 1", kind)
		}
	}
	for label, t := range l.Overrides {
		kind, _, _ := strings.Cut(label, "/")
		if _, ok := l.Thresholds[kind]; !ok {
			return fmt.Errorf("the override %q names no kind that has a threshold", label)
		}
		if !within(t, 0, 2) {
			return fmt.Errorf("the override %q is not within 0 to 2", label)
		}
	}
	return nil
}

func (m Model) checkCutoff() error {
	if m.Cutoff == nil {
		return nil
	}
	for key, v := range *m.Cutoff {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("the cutoff's %q is not a number", key)
		}
	}
	return nil
}

// agrees says whether a dimension is free or what it should be.
func agrees(dimension int64, want int) bool { return dimension == -1 || dimension == int64(want) }

// within is false for NaN.
func within(v, low, high float32) bool { return v >= low && v <= high }
