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
	maxLayers    = 128
	maxHeads     = 256
	maxBeams     = 16
)

// Validate says what is wrong with a manifest, as part of a sentence that begins with the manifest's name; nil if
// nothing is. Whether the files are there, and are what the manifest says, is not its question.
func (m Model) Validate() error {
	for _, check := range []func(Model) error{
		Model.checkNames, Model.checkFiles, Model.checkGraphs, Model.checkGeneration, Model.checkLabels, Model.checkCutoff, Model.checkFigures,
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
	switch m.Role {
	case RoleImageText:
		if m.Dimension < 1 || m.Dimension > maxDimension {
			return fmt.Errorf("the dimension %d is not within 1 to %d", m.Dimension, maxDimension)
		}
	case RoleCaption, RoleTextInImage:
		if m.Dimension != 0 {
			return fmt.Errorf("it makes no vectors, and has the dimension %d", m.Dimension)
		}
	default:
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
		case reserved(folded):
			return fmt.Errorf("the file name %q is one that the program keeps for itself", f.Name)
		case seen[folded]:
			return fmt.Errorf("it lists the file %q twice", f.Name)
		case f.Bytes < 1 || f.Bytes > maxFileBytes:
			return fmt.Errorf("the file %q has %d bytes, not 1 to %d", f.Name, f.Bytes, int64(maxFileBytes))
		case !sha256Digits.MatchString(f.SHA256) && (f.SHA256 != "" || !f.Unverified):
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
	case GraphDecoder:
		return m.Decoder
	case GraphDecoderPast:
		return m.DecoderPast
	case GraphDetector:
		return m.Detector
	case GraphRecognizer:
		return m.Recognizer
	default:
		return nil
	}
}

// graphNames lists the graphs that a model may have.
func graphNames() []GraphName {
	return []GraphName{GraphImage, GraphText, GraphDecoder, GraphDecoderPast, GraphDetector, GraphRecognizer}
}

// graphsOf returns the graphs that a model of a role must have, and those that it may have.
func graphsOf(role Role) (must, may []GraphName) {
	switch role {
	case RoleCaption:
		return []GraphName{GraphImage, GraphDecoder}, []GraphName{GraphDecoderPast}
	case RoleTextInImage:
		return []GraphName{GraphDetector, GraphRecognizer}, nil
	default:
		return []GraphName{GraphImage, GraphText}, nil
	}
}

func (m Model) checkGraphs() error {
	must, may := graphsOf(m.Role)
	for _, name := range graphNames() {
		g := m.Graph(name)
		switch {
		case g == nil && slices.Contains(must, name):
			return fmt.Errorf("it does not describe its %s graph", name)
		case g == nil:
			continue
		case !slices.Contains(must, name) && !slices.Contains(may, name):
			return fmt.Errorf("it describes a %s graph, and a model of the role %q has none", name, m.Role)
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
	if f, _ := m.File(g.Variants[g.Default]); f.Optional {
		return fmt.Errorf("the file %q is that of the default precision, and optional", f.Name)
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
	return m.checkMeans(name, g)
}

// checkMeans judges how a graph gets at its input, and what becomes of its output.
func (m Model) checkMeans(name GraphName, g *Graph) error {
	sees := name == GraphImage || name == GraphDetector || name == GraphRecognizer
	reads := name == GraphText || name == GraphDecoder || name == GraphRecognizer
	if (g.Preprocess != nil) != sees {
		return fmt.Errorf(`whether it has "preprocess" is %t, and should be %t`, g.Preprocess != nil, sees)
	}
	if (g.Tokenizer != nil) != reads {
		return fmt.Errorf(`whether it has "tokenizer" is %t, and should be %t`, g.Tokenizer != nil, reads)
	}
	if writes := name == GraphDecoder || name == GraphDecoderPast; (g.Cache != nil) != writes {
		return fmt.Errorf(`whether it has "cache" is %t, and should be %t`, g.Cache != nil, writes)
	}
	if sees {
		if err := g.checkPreprocess(name); err != nil {
			return err
		}
	}
	if reads {
		if err := g.checkTokenizer(m); err != nil {
			return err
		}
	}
	if name == GraphText {
		return g.checkTokens()
	}
	if c := g.Cache; c != nil && (c.Layers < 1 || c.Layers > maxLayers || c.Heads < 1 || c.Heads > maxHeads || c.HeadSize < 1 || c.HeadSize > maxDimension) {
		return fmt.Errorf("its cache of %d layers of %d heads of %d is not within %d, %d and %d", c.Layers, c.Heads, c.HeadSize, maxLayers, maxHeads, maxDimension)
	}
	return nil
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
		if t.Type != Float32 && t.Type != Int64 && t.Type != Bool {
			return fmt.Errorf("the %s %q has the type %q, not %s, %s or %s", what, t.Name, t.Type, Float32, Int64, Bool)
		}
		if t.Type == Bool { // a switch, for the whole batch
			if !slices.Equal(t.Shape, []int64{1}) {
				return fmt.Errorf("the %s %q is a switch, and not of the shape [1]", what, t.Name)
			}
			continue
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

func (g *Graph) checkPreprocess(name GraphName) error {
	p := g.Preprocess
	switch {
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
	// A detector and a recognizer take pictures of many sizes; width and height are the most that they are given.
	height, width := p.Height, p.Width
	in := g.Inputs[0]
	if name != GraphImage && len(in.Shape) == 4 {
		height, width = int(max(in.Shape[2], 1)), int(max(in.Shape[3], 1))
	}
	if len(g.Inputs) != 1 || in.Type != Float32 || len(in.Shape) != 4 || !agrees(in.Shape[1], 3) ||
		!agrees(in.Shape[2], height) || !agrees(in.Shape[3], width) || height > p.Height || width > p.Width {
		return fmt.Errorf("its one input must be %s [-1 3 %d %d]", Float32, p.Height, p.Width)
	}
	return nil
}

func (g *Graph) checkTokenizer(m Model) error {
	t := g.Tokenizer
	if want := tokenizerOf(m.Family); t.Kind != want {
		return fmt.Errorf("the tokenizer is %q, and that of the family %q is %q", t.Kind, m.Family, want)
	}
	if f, ok := m.File(t.File); !ok || f.Optional {
		return fmt.Errorf("the file %q is not in the list of files, or optional", t.File)
	}
	if t.MaxTokens < 3 || t.MaxTokens > maxTokens {
		return fmt.Errorf("max_tokens is %d, not 3 to %d", t.MaxTokens, maxTokens)
	}
	if t.PadTo != 0 && (t.PadTo < t.MaxTokens || t.PadTo > maxTokens) {
		return fmt.Errorf("pad_to is %d, not 0 or max_tokens to %d", t.PadTo, maxTokens)
	}
	return nil
}

// checkTokens judges the inputs of a graph that reads.
func (g *Graph) checkTokens() error {
	for _, in := range g.Inputs {
		if in.Type != Int64 || len(in.Shape) != 2 || (in.Shape[1] != -1 && in.Shape[1] != int64(g.Tokenizer.PadTo)) {
			return fmt.Errorf("the input %q must be %s [-1 -1], or [-1 pad_to]", in.Name, Int64)
		}
	}
	return nil
}

func (m Model) checkGeneration() error {
	g := m.Generation
	switch {
	case (g != nil) != (m.Role == RoleCaption):
		return fmt.Errorf(`whether it has "generation" is %t, and its role is %q`, g != nil, m.Role)
	case g == nil:
		return nil
	case g.Start < 0 || g.End < 0 || g.Pad < 0:
		return errors.New("a token that begins, ends or fills a text is below 0")
	case g.MaxTokens < 2 || g.MaxTokens > maxTokens:
		return fmt.Errorf("a caption has at most %d tokens, not 2 to %d", g.MaxTokens, maxTokens)
	case g.Beams < 1 || g.Beams > maxBeams:
		return fmt.Errorf("it keeps %d beginnings, not 1 to %d", g.Beams, maxBeams)
	case math.IsNaN(g.LengthPenalty) || math.Abs(g.LengthPenalty) > 10:
		return errors.New("its length penalty is not within −10 to 10")
	case len(g.Prompt) > g.MaxTokens-2:
		return errors.New("its prompt leaves no room for a caption")
	case slices.ContainsFunc(g.Prompt, func(token int64) bool { return token < 0 }):
		return errors.New("its prompt has a token below 0")
	}
	return nil
}

func (m Model) checkFigures() error {
	if m.Memory < 0 || m.Memory > maxFiles*maxFileBytes {
		return fmt.Errorf("its memory is %d bytes", m.Memory)
	}
	if len(m.Gives) > maxTensors {
		return fmt.Errorf("it has %d figures, more than %d", len(m.Gives), maxTensors)
	}
	for _, f := range m.Gives {
		if err := checkText("measure of a figure", f.Measure, 100); err != nil {
			return err
		}
		if err := checkText("source of a figure", f.Source, 200); err != nil {
			return err
		}
		if math.IsNaN(f.Value) || f.Value < 0 || f.Value > 100 {
			return fmt.Errorf("the figure %q is not within 0 to 100 %%", f.Measure)
		}
	}
	return nil
}

func (m Model) checkLabels() error {
	l := m.Labels
	if l == nil {
		return nil
	}
	if f, ok := m.File(l.File); !ok || f.Optional {
		return fmt.Errorf("the labels' file %q is not in the list of files, or optional", l.File)
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
