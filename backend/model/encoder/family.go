package encoder

import (
	"context"
	"fmt"

	"pixeldetective/backend/model/catalog"
)

// family is the code for one kind of model.
type family struct {
	image func(context.Context, LoadOptions, *catalog.Graph) (ImageEncoder, Loaded, error)
	text  func(context.Context, LoadOptions, *catalog.Graph) (TextEncoder, Loaded, error)
	// caption is given the decoder graph; nil where a family writes none, and then the others are not.
	caption func(context.Context, LoadOptions, *catalog.Graph) (Captioner, Loaded, error)
}

// families returns the code by the name of the family, one entry for each of catalog.Families.
func families() map[string]family {
	return map[string]family{
		catalog.FamilyStarter: {image: loadPictures, text: reading{tokenizer: wordPiece}.load},
		catalog.FamilyCLIP:    {image: loadPictures, text: reading{tokenizer: clipPairs, causal: true}.load},
		catalog.FamilySigLIP2: {image: loadPictures, text: reading{tokenizer: sentencePiece, full: true}.load},
		catalog.FamilyViTGPT2: {caption: loadCaptioner},
		catalog.FamilyBLIP:    {caption: loadCaptioner},
	}
}

// graph returns the code and the description of one graph of the model to load.
func (o LoadOptions) graph(name catalog.GraphName) (family, *catalog.Graph, error) {
	// The manifest was judged when it was read; here it comes from another process, and everything below relies on it.
	if err := o.Model.Validate(); err != nil {
		return family{}, nil, fmt.Errorf("the description of the model %q: %w", o.Model.ID, err)
	}
	f, ok := families()[o.Model.Family]
	if !ok {
		return family{}, nil, fmt.Errorf("there is no code for the family %q", o.Model.Family)
	}
	g := o.Model.Graph(name)
	if g == nil {
		return family{}, nil, fmt.Errorf("the model %q has no %s graph", o.Model.ID, name)
	}
	return f, g, nil
}

// cannot says that the family of the model to load is for other things.
func (o LoadOptions) cannot(what string) error {
	return fmt.Errorf("models of the family %q do not %s", o.Model.Family, what)
}
