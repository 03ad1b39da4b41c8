package window

import (
	"context"
	"os"
	"slices"
	"sync"

	"pixeldetective/backend/library/store"
)

// formerOffered is how many folders that were taken out are offered again, those that left last.
const formerOffered = 4

// formerFolder is a folder that was taken out of the library.
type formerFolder struct {
	path    string
	problem string // why it cannot be added now, a sentence; empty: it can
}

// Suggestions makes candidates of folders that are not in the library: the person's own Pictures at once, where there is
// one; and, as soon as the library is open, those that were in it before, whether they can be reached now or not. It starts
// nothing.
func (b *Bridge) Suggestions(ctx context.Context) []Candidate {
	var offered []Candidate
	pictures := picturesFolder(os.Getenv, os.ReadFile)
	if pictures != "" && b.problemWithin(ctx, pictures) == "" {
		offered = append(offered, b.candidates.add(pictures, "pictures", ""))
		b.touch()
	}
	for _, s := range b.former(ctx, pictures) {
		offered = append(offered, b.candidates.add(s.path, "known", s.problem))
	}
	b.touch()
	for _, c := range b.candidates.list() {
		if !slices.ContainsFunc(offered, func(o Candidate) bool { return o.ID == c.ID }) {
			offered = append(offered, c)
		}
	}
	return append([]Candidate{}, offered...)
}

// former are the folders that were taken out of the library, but for one, and what is wrong with each. It waits for the
// library, and looks at all of them side by side: a drive that does not answer delays no other.
func (b *Bridge) former(ctx context.Context, but string) []formerFolder {
	p, err := b.parts(ctx)
	if err != nil {
		return nil
	}
	all, err := p.Store.FormerFolders(ctx)
	if err != nil {
		b.deps.Log.Warn().Err(err).Msg("the folders that were in the library before are not offered")
		return nil
	}
	all = slices.DeleteFunc(all, func(f store.FormerFolder) bool { return f.Path == but })
	former := make([]formerFolder, min(len(all), formerOffered))
	var looked sync.WaitGroup
	for i := range former {
		former[i].path = all[i].Path
		looked.Go(func() { former[i].problem = b.problemWithin(ctx, former[i].path) })
	}
	looked.Wait()
	return former
}
