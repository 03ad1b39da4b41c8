package endtoend

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
)

// second is a model that secondModel puts into the library: the starter's weights under another name and a better stage.
var second = photo.ModelRef{ID: "second", Revision: "1"}

func secondModel(t *testing.T, p *program) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(moduleRoot(), "models", "catalog.json"))
	must(t, err)
	var list struct{ Models []map[string]any }
	must(t, json.Unmarshal(data, &list))
	model := list.Models[slices.IndexFunc(list.Models, func(m map[string]any) bool { return m["id"] == "starter" })]
	model["id"], model["revision"], model["name"], model["stage"] = second.ID, second.Revision, "Second", "accurate"
	manifest, err := json.Marshal(map[string]any{"schema": 1, "model": model})
	must(t, err)
	dir := filepath.Join(p.library, "models", second.ID)
	must(t, os.MkdirAll(filepath.Dir(dir), 0o755))
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join(moduleRoot(), "models", "starter"))))
	must(t, os.WriteFile(filepath.Join(dir, "model.json"), manifest, 0o644))
	return dir
}

// seenBy is how many photos with a file a model has seen.
func seenBy(t *testing.T, st *store.Store, ref photo.ModelRef) int64 {
	t.Helper()
	c, err := st.Count(t.Context(), ref)
	must(t, err)
	return c.Seen
}

func answeringIn(t *testing.T, st *store.Store) photo.ModelRef {
	t.Helper()
	ref, _, err := st.Answering(t.Context())
	must(t, err)
	return ref
}

// vectorsBy reads the vectors that a model made, by photo.
func vectorsBy(t *testing.T, st *store.Store, ref photo.ModelRef) map[int64]string {
	t.Helper()
	all := map[int64]string{}
	must(t, st.Embeddings(t.Context(), ref, 0, func(num int64, halfs []byte) error {
		all[num] = string(halfs)
		return nil
	}))
	return all
}

func found(a answer) []string {
	var all []string
	for _, h := range a.Hits {
		all = append(all, h.Photo)
	}
	return all
}

// TestAnotherModelTakesOverThroughKills kills the program in the middle of the other model's look at all photos, again and
// again: the model before answers all the time, nothing is lost or made twice, and in the end the other one answers.
func TestAnotherModelTakesOverThroughKills(t *testing.T) {
	p := newProgram(t)
	dir := copyTree(t, samplePhotos())
	p.index(0, dir)
	before := p.search("a dog")
	if before.Model.ID != "starter" || before.Total == 0 {
		t.Fatalf("%+v", before)
	}
	installed := secondModel(t, p)
	st := p.reader()
	old := vectorsBy(t, st, starter(t))
	photos := seenBy(t, st, starter(t))
	made := counters(t, st)["inferences"]

	const kills = 3
	for i := range int64(kills) {
		watch := p.begin("watch")
		waitFor(t, time.Minute, "the other model's look at photos", func() bool {
			watch.mustRun("before it was killed")
			return seenBy(t, st, second) > i*photos/(kills+1)
		})
		watch.kill()
		noOrphans(t, "a kill in the middle of an upgrade")
		if n := seenBy(t, st, second); n == photos {
			t.Fatalf("kill %d came after all %d photos had been seen", i+1, n)
		}
		asked := time.Now()
		again := p.search("a dog")
		if took := time.Since(asked); took > 5*time.Second {
			t.Errorf("after kill %d an answer took %s", i+1, took)
		}
		if again.Model.ID != "starter" || !slices.Equal(found(again), found(before)) {
			t.Fatalf("after kill %d %s answers with %v, before %v", i+1, again.Model.ID, found(again), found(before))
		}
	}
	watch := p.begin("watch")
	waitFor(t, 2*time.Minute, "the other model to answer", func() bool {
		watch.mustRun("before the switch")
		a := p.search("a dog")
		if a.Model.ID == second.ID {
			if answeringIn(t, st) != second {
				t.Fatalf("%s answers before it is recorded", a.Model.ID)
			}
			if !slices.Equal(found(a), found(before)) {
				t.Fatalf("the same weights find %v, before %v", found(a), found(before))
			}
			return true
		}
		return false
	})
	if n := seenBy(t, st, second); n != photos {
		t.Fatalf("it answers, and has seen %d of %d", n, photos)
	}
	// A batch in hand at each kill is all that may have been done twice.
	if n := counters(t, st)["inferences"] - made; n < photos || n > photos+kills*16 {
		t.Errorf("%d inferences for %d photos and %d kills", n, photos, kills)
	}
	if now := vectorsBy(t, st, starter(t)); !maps.Equal(now, old) {
		t.Error("the vectors of the model before are not what they were")
	}
	if now := vectorsBy(t, st, second); !maps.Equal(now, old) {
		t.Error("the same weights made other vectors")
	}

	// Back: the holder sees the choice, and the old vectors are there.
	made = counters(t, st)["inferences"]
	p.want(0, "models", "use", "starter")
	waitFor(t, 10*time.Second, "the switch back", func() bool { return answeringIn(t, st) == starter(t) })
	if n := counters(t, st)["inferences"] - made; n != 0 {
		t.Errorf("the switch back took %d inferences", n)
	}
	watch.kill()
	noOrphans(t, "the last kill")

	// Without a holder the choice is taken up at once, and a model that is gone leaves the one that answers.
	p.want(0, "models", "use", second.ID)
	if a := p.search("a dog"); a.Model.ID != second.ID {
		t.Fatalf("%s answers", a.Model.ID)
	}
	must(t, os.RemoveAll(installed))
	names := p.search("DSC00412")
	if names.Total == 0 {
		t.Fatalf("without the model that answers, names find nothing: %v", names.Notes)
	}
	p.want(0, "models", "use", "--best")
	p.index(0, dir)
	if a := p.search("a dog"); a.Model.ID != "starter" || !slices.Equal(found(a), found(before)) {
		t.Fatalf("%s answers with %v", a.Model.ID, found(a))
	}
}

// TestAnUpgradeInMemoryForOneModelSwapsByTurns: the graphs for pictures of the two models take turns, a load each, however
// many photos there are.
func TestAnUpgradeInMemoryForOneModelSwapsByTurns(t *testing.T) {
	p := newProgram(t)
	dir := copyTree(t, samplePhotos())
	p.index(0, dir)
	secondModel(t, p)
	p.settings("[supervisor]", fmt.Sprintf("memory_budget = %d", 250<<20))
	var inUse struct {
		Use struct{ Together bool }
	}
	decode(t, p.want(0, "--json", "status").out, &inUse)
	if inUse.Use.Together {
		t.Fatal("both models are said to fit into the memory that there is")
	}
	before := p.status().Counters
	p.index(0, dir)
	after := p.status().Counters
	st := p.reader()
	if answeringIn(t, st) != second {
		t.Fatalf("%v answers", answeringIn(t, st))
	}
	loads := after["loads"] - before["loads"]
	t.Logf("%d photos, %d loads, %d spawns", seenBy(t, st, second), loads, after["spawns"]-before["spawns"])
	if loads > 4 {
		t.Errorf("%d loads for %d photos", loads, seenBy(t, st, second))
	}
}
