package supervisor

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// Use says which models are in use. Where Wanted differs from Answering, photos are being looked at by the wanted one, and
// questions are answered by the other until all have been.
type Use struct {
	// Answering is the model whose vectors answer; the zero ModelRef: the best that is installed, whichever that is.
	Answering photo.ModelRef
	Wanted    photo.ModelRef // the zero ModelRef: the one that answers
	Chosen    bool           // a person chose Wanted
}

// UsedModel is a model in a snapshot.
type UsedModel struct {
	ID       string      `json:"id"` // empty: there is none
	Revision string      `json:"revision"`
	Name     string      `json:"name"`
	Stage    photo.Stage `json:"stage"`
	// Error says why it cannot be loaded, a sentence; empty: it can.
	Error string `json:"error,omitempty"`
}

// ModelUse is which models are in use, in a snapshot.
type ModelUse struct {
	Answering UsedModel `json:"answering"` // its vectors answer
	Wanted    UsedModel `json:"wanted"`    // it answers as soon as it has seen every photo; where they are the same, it does
	Chosen    bool      `json:"chosen"`    // a person chose the wanted one; else it is the best that is installed
	// Together says that the graphs of both fit into memory at once. If not, work is batched by model.
	Together bool `json:"together"`
}

// halves are the graphs of a model that makes vectors.
var halves = []catalog.GraphName{catalog.GraphText, catalog.GraphImage}

// findings are what the catalog says of models, by their names; that of the zero ModelRef is the best that is installed.
type findings map[photo.ModelRef]resolved

// Use says which models answer and are wanted from now on. Requests that name no model go to the one that answers. Graphs of
// a model that is neither leave memory when they have rested for a moment. It returns at once.
func (s *Supervisor) Use(u Use) {
	s.inbox.post(useEvent{use: u, found: s.findings(u)})
}

// lookUp asks the catalog for a model and its folder. The error is a *catalog.NoModelError, a sentence for people.
func (s *Supervisor) lookUp(ref photo.ModelRef) (catalog.Model, string, error) {
	if ref == (photo.ModelRef{}) {
		return s.catalog.Active(catalog.RoleImageText)
	}
	m, folder, known := s.catalog.Find(ref.String())
	if !known {
		return catalog.Model{}, "", &catalog.NoModelError{Role: catalog.RoleImageText, Reason: fmt.Sprintf("the model %s, which has seen your photos, is not in the list of models", ref)}
	}
	if state := s.catalog.Installed(m); !state.Installed {
		return catalog.Model{}, "", &catalog.NoModelError{Role: catalog.RoleImageText, Reason: strings.TrimSuffix(state.Reason, ".")}
	}
	return m, folder, nil
}

// findings looks models up.
func (s *Supervisor) findings(u Use) findings {
	all := findings{}
	for _, ref := range []photo.ModelRef{u.Answering, u.wanted()} {
		if _, done := all[ref]; !done {
			m, _, err := s.lookUp(ref)
			all[ref] = resolved{model: m, err: err}
		}
	}
	return all
}

// wanted is the model that is wanted, by its name.
func (u Use) wanted() photo.ModelRef {
	if u.Wanted == (photo.ModelRef{}) {
		return u.Answering
	}
	return u.Wanted
}

// useEvent changes which models are in use.
type useEvent struct {
	use   Use
	found findings
}

func (e useEvent) apply(c *core) {
	before := map[catalog.GraphName]*graph{}
	for _, name := range halves {
		before[name] = c.graph(name)
	}
	c.use = e.use
	c.changed = true
	c.seat(e.found)
	for _, name := range halves {
		g := c.graph(name)
		if old := before[name]; old != nil && old != g && old.everReady {
			g.everReady = true // it comes when asked, as the one before it would have
		}
		if c.awake() && g.state == StateInstalled && slices.Contains(c.always, name) {
			g.wanted = true
		}
	}
}

// seat sees to it that each half of the models in use has its graph, those of the model that answers first.
func (c *core) seat(found findings) {
	for _, ref := range []photo.ModelRef{c.use.Answering, c.use.wanted()} {
		for _, name := range halves {
			g := c.graphOf(name, ref)
			if g == nil {
				g = c.newGraph(name, ref)
				c.graphs = append(c.graphs, g)
				c.resolveFrom(g, found)
			} else if r, ok := found[ref]; ok && g.state == StateNotInstalled && r.err == nil {
				c.resolve(g, r)
			}
		}
	}
	slices.SortStableFunc(c.graphs, func(a, b *graph) int { return cmp.Compare(c.rank(a), c.rank(b)) })
}

// rank orders graphs: of the model that answers, of the wanted one, of others.
func (c *core) rank(g *graph) int {
	switch g.ref {
	case c.use.Answering:
		return 0
	case c.use.wanted():
		return 1
	}
	return 2
}

func (c *core) resolveFrom(g *graph, found findings) {
	if r, ok := found[g.ref]; ok {
		c.resolve(g, r)
	}
}

// graphOf returns one half of a model; nil if nobody asked for it lately.
func (c *core) graphOf(name catalog.GraphName, ref photo.ModelRef) *graph {
	for _, g := range c.graphs {
		if g.name == name && g.ref == ref {
			return g
		}
	}
	return nil
}

// graphFor returns the graph that a request needs, which is made if it is of a model that is no longer in use.
func (c *core) graphFor(r *request) *graph {
	if r.ref == (photo.ModelRef{}) {
		return c.graph(r.graph())
	}
	g := c.graphOf(r.graph(), r.ref)
	if g == nil {
		g = c.newGraph(r.graph(), r.ref)
		c.graphs = append(c.graphs, g)
	}
	return g
}

// retire takes graphs of models that are no longer in use out of memory when they have rested, and forgets them.
func (c *core) retire() {
	if c.stopping {
		return
	}
	c.graphs = slices.DeleteFunc(c.graphs, func(g *graph) bool {
		if c.rank(g) < 2 || g.queue.len() > 0 {
			return false
		}
		g.wanted = false
		switch g.state {
		case StateReady:
			if g.seat.child.idle() && c.now.Sub(g.lastUsed) >= c.limits.swapRest {
				c.log.Info().Str("graph", string(g.name)).Str("model", g.ref.String()).Msg("a model is no longer in use and is unloaded")
				c.unload(g)
			}
		case StateInstalled, StateNotInstalled, StateFailed, StateDownloading:
			return g.seat.child == nil
		}
		return false
	})
}

// together says whether the graphs of both models in use fit into memory beside a decoder.
func (c *core) together() bool {
	if c.limits.memory == 0 || c.use.wanted() == c.use.Answering {
		return true
	}
	sum := uint64(decoderMemory)
	for _, g := range c.graphs {
		if c.rank(g) < 2 {
			sum += g.estimate()
		}
	}
	return sum <= c.limits.memory
}

func (c *core) viewUse() ModelUse {
	of := func(ref photo.ModelRef) UsedModel {
		g := c.graphOf(catalog.GraphImage, ref)
		if g == nil {
			return UsedModel{ID: ref.ID, Revision: ref.Revision}
		}
		u := UsedModel{ID: g.model.ID, Revision: g.model.Revision, Name: g.model.Name, Stage: g.model.Stage}
		if u.ID == "" {
			u.ID, u.Revision = ref.ID, ref.Revision
		}
		if g.state == StateNotInstalled || g.state == StateFailed {
			u.Error = g.failure.reason
		}
		return u
	}
	return ModelUse{Answering: of(c.use.Answering), Wanted: of(c.use.wanted()), Chosen: c.use.Chosen, Together: c.together()}
}
