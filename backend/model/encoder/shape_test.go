package encoder

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"pixeldetective/backend/model/catalog"
)

// A graph may leave the size of its output open, and then give something else than the manifest says: only an inference
// shows it.
func TestAnOutputOfAnotherSizeThanTheManifestSaysIsRefused(t *testing.T) {
	o := hostileJob(t, "valid_vision.onnx", 6414, "cf79871f43f12cb097759ec0e6775f29ee66fc9ea2696009d4163dbe6d0b8f97").Options
	graph := averages()
	if err := os.WriteFile(filepath.Join(o.Folder, "averages.onnx"), graph, 0o600); err != nil {
		t.Fatal(err)
	}
	o.Model.Files[0] = describe("averages.onnx", graph)
	o.Model.Image.Variants[catalog.FP32] = "averages.onnx"
	o.Model.Text.Variants[catalog.FP32] = "averages.onnx"

	var contract *ContractError
	if _, _, err := LoadImage(t.Context(), o); !errors.As(err, &contract) || !strings.Contains(err.Error(), "test run") {
		t.Errorf("3 numbers where 512 are promised: %v", err)
	}
	o.Model.Dimension = 3
	o.Model.Image.Outputs[0].Shape[1], o.Model.Text.Outputs[0].Shape[1] = 3, 3
	if _, _, err := LoadImage(t.Context(), o); err != nil {
		t.Errorf("3 numbers where 3 are promised: %v", err)
	}
}

// averages is a graph whose vector is the mean of each of the three colours; its output is declared as [free, free].
func averages() []byte {
	text := func(m []byte, n protowire.Number, s string) []byte {
		return protowire.AppendString(protowire.AppendTag(m, n, protowire.BytesType), s)
	}
	number := func(m []byte, n protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(m, n, protowire.VarintType), v)
	}
	node := func(op, in, out string) string {
		return string(text(text(text(nil, 1, in), 2, out), 4, op))
	}
	value := func(name string, shape ...uint64) string {
		var dims []byte
		for _, d := range shape {
			dim := text(nil, 2, "free")
			if d > 0 {
				dim = number(nil, 1, d)
			}
			dims = text(dims, 1, string(dim))
		}
		tensor := text(number(nil, 1, 1), 2, string(dims))
		return string(text(text(nil, 1, name), 2, string(text(nil, 1, string(tensor)))))
	}
	var graph []byte
	graph = text(graph, 1, node("GlobalAveragePool", "pixel_values", "means"))
	graph = text(graph, 1, node("Flatten", "means", "image_embeds"))
	graph = text(graph, 2, "averages")
	graph = text(graph, 11, value("pixel_values", 0, 3, 224, 224))
	graph = text(graph, 12, value("image_embeds", 0, 0))
	model := number(nil, 1, 8)
	model = text(model, 7, string(graph))
	return text(model, 8, string(number(nil, 2, 13)))
}
