package supervisor

import (
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestTheDocumentIsStable compares the fields of the snapshot's JSON with the list that is promised to readers. New fields
// are added to the list by hand; one that goes or changes needs a new SnapshotVersion.
func TestTheDocumentIsStable(t *testing.T) {
	var have []string
	var walk func(at string, of reflect.Type)
	walk = func(at string, of reflect.Type) {
		switch {
		case of.Kind() == reflect.Pointer:
			walk(at+"?", of.Elem())
		case of.Kind() == reflect.Slice:
			walk(at+"[]", of.Elem())
		case of.Kind() == reflect.Struct && of != reflect.TypeFor[time.Time]():
			for i := range of.NumField() {
				f := of.Field(i)
				if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
					walk(at+"."+name, f.Type)
				} else if f.IsExported() {
					t.Errorf("%s has no name in the document", f.Name)
				}
			}
		default:
			have = append(have, strings.TrimPrefix(fmt.Sprintf("%s %s", at, of), "."))
		}
	}
	walk("", reflect.TypeFor[Snapshot]())
	data, err := os.ReadFile("testdata/snapshot_fields.txt")
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.TrimSpace(string(data)); strings.Join(have, "\n") != want {
		t.Errorf("the fields are\n%s", strings.Join(have, "\n"))
	}
}
