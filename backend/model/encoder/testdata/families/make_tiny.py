"""Writes the tiny random models of the families clip and siglip2, and goldens.json: what PyTorch makes of their inputs.

usage: python make_tiny.py   (with the packages of models/export/clip/requirements.txt, in this folder)

clip_vision.onnx, clip_text.onnx, clip_text_mask.onnx   the contract of Xenova/clip-vit-base-patch32
datacomp_visual.onnx, datacomp_textual.onnx             that of the DataComp model: 256 pixels, graphs input -> output
siglip2_vision.onnx, siglip2_text.onnx                  that of onnx-community/siglip2-base-patch16-224-ONNX

Each is packed with gzip. Only the hidden sizes are small. So are the tables of tokens: a token's row is its id modulo the table's length. Pictures are not
stored: value = (i * 7919 >> 4) mod 256 over the flat index of row, column and channel, plus 37 * the picture's number.
"""

import gzip
import json
import pathlib
import sys

import numpy as np
import torch
from transformers import CLIPConfig, CLIPModel, SiglipConfig, SiglipModel

ROOT = pathlib.Path(__file__).resolve().parents[5]
sys.path.insert(0, str(ROOT / "models/export"))
import pair

HERE = pathlib.Path(__file__).resolve().parent
TOKENS = HERE.parents[1] / "internal/tokenize/testdata"
DIMENSION = 32
CLIP_MEAN, CLIP_STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
HALF = [0.5, 0.5, 0.5]


class SmallTable(torch.nn.Module):
    """An embedding of ids modulo a prime."""

    def __init__(self, rows, width):
        super().__init__()
        self.rows, self.table = rows, torch.nn.Embedding(rows, width)

    def forward(self, ids):
        return self.table(torch.remainder(ids, self.rows))


def spread(model, seed):
    """Random weights with a larger spread than a fresh model's, so that different inputs give clearly different vectors."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            if p.dim() > 1:
                p.copy_(torch.randn(p.shape, generator=generator) / p.shape[-1] ** 0.5)
            elif name.endswith("bias"):
                p.copy_(torch.randn(p.shape, generator=generator) * 0.1)
            elif "embedding" in name:
                p.copy_(torch.randn(p.shape, generator=generator))
    return model.eval()


def pictures(count, side, mean, std):
    flat = np.arange(side * side * 3, dtype=np.int64) * 7919 >> 4
    raw = np.stack([(flat + 37 * k) % 256 for k in range(count)]).astype(np.float64).reshape(count, side, side, 3)
    return torch.from_numpy(((raw / 255 - mean) / std).transpose(0, 3, 1, 2).astype(np.float32))


def golden_rows(name, key, wanted, fits):
    rows = [json.loads(line) for line in gzip.open(TOKENS / name, "rt", encoding="utf-8")]
    chosen = [r for r in rows if fits(r)]
    step = max(1, len(chosen) // wanted)
    return [(r["text"], r[key]) for r in chosen[::step]][:wanted]


def numbers(tensor):
    return [[round(float(v), 6) for v in row] for row in tensor]


def clip(side, seed):
    size = dict(hidden_size=4, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2, projection_dim=DIMENSION)
    config = CLIPConfig(projection_dim=DIMENSION, attn_implementation="eager",
                        text_config=dict(vocab_size=49408, max_position_embeddings=77, eos_token_id=2, bos_token_id=0, pad_token_id=1, **size),
                        vision_config=dict(image_size=side, patch_size=32, **size))
    model = CLIPModel(config)
    model.text_model.embeddings.token_embedding = SmallTable(509, 4)
    return spread(model, seed)


class Masked(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids, attention_mask):
        return self.model.get_text_features(input_ids=input_ids, attention_mask=attention_mask)


def export_clip(goldens, name, side, seed, files, seen, read, put):
    model = clip(side, seed)
    vision = pair.Graph(model, lambda m, v: m.get_image_features(pixel_values=v))
    text = pair.Graph(model, lambda m, v: m.get_text_features(input_ids=v))
    pixels = pictures(3, side, CLIP_MEAN, CLIP_STD)
    rows = golden_rows("clip_bpe.jsonl.gz", "ids", 12, lambda r: not r.get("special"))
    rows += golden_rows("clip_bpe.jsonl.gz", "ids", 2, lambda r: len(r["ids"]) == 77)
    ids = torch.tensor([row + [49407] * (77 - len(row)) for _, row in rows])
    pair.export(vision, HERE / files[0], put, seen, pixels, {0: "batch"})
    axes = {0: "batch", 1: "tokens"}
    pair.export(text, HERE / files[1], put if put == "input" else "input_ids", read, ids, axes)
    with torch.no_grad():
        entry = {"pictures": numbers(vision(pixels)), "texts": [t for t, _ in rows], "ids": [i for _, i in rows], "vectors": numbers(text(ids))}
        if len(files) > 2:
            mask = torch.tensor([[1] * len(i) + [0] * (77 - len(i)) for _, i in rows])
            torch.onnx.export(Masked(model).eval(), (ids, mask), str(HERE / files[2]), input_names=["input_ids", "attention_mask"], output_names=[read],
                              dynamic_axes={"input_ids": axes, "attention_mask": axes, read: {0: "batch"}}, opset_version=pair.OPSET, dynamo=False)
            pair.strip(HERE / files[2])
    goldens[name] = entry


def export_siglip2(goldens):
    size = dict(hidden_size=DIMENSION // 4, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2)
    config = SiglipConfig(attn_implementation="eager", vision_config=dict(image_size=224, patch_size=16, **size),
                          text_config=dict(vocab_size=1000, max_position_embeddings=64, pad_token_id=0, eos_token_id=1, bos_token_id=2, **size))
    model = SiglipModel(config)
    model.text_model.embeddings.token_embedding = SmallTable(509, DIMENSION // 4)
    spread(model, 3)
    vision = pair.Graph(model.vision_model, lambda m, v: m(pixel_values=v).pooler_output)
    text = pair.Graph(model.text_model, lambda m, v: m(input_ids=v).pooler_output)
    pixels = pictures(3, 224, HALF, HALF)
    lower = lambda r: r["text"] == r["text"].lower() and "tokenizer_json" not in r
    rows = golden_rows("tiny_bpe.jsonl.gz", "spm", 12, lower) + golden_rows("tiny_bpe.jsonl.gz", "spm", 2, lambda r: lower(r) and len(r["spm"]) > 70)
    rows = [(t, i[:63] + [1]) for t, i in rows]
    ids = torch.tensor([row + [0] * (64 - len(row)) for _, row in rows])
    pair.export(vision, HERE / "siglip2_vision.onnx", "pixel_values", "pooler_output", pixels, {0: "batch"})
    pair.export(text, HERE / "siglip2_text.onnx", "input_ids", "pooler_output", ids, {0: "batch", 1: "tokens"})
    with torch.no_grad():
        goldens["siglip2"] = {"pictures": numbers(vision(pixels)), "texts": [t for t, _ in rows], "ids": [i for _, i in rows], "vectors": numbers(text(ids))}


def main():
    torch.manual_seed(0)
    goldens = {}
    export_clip(goldens, "clip", 224, 1, ["clip_vision.onnx", "clip_text.onnx", "clip_text_mask.onnx"], "image_embeds", "text_embeds", "pixel_values")
    export_clip(goldens, "datacomp", 256, 2, ["datacomp_visual.onnx", "datacomp_textual.onnx"], "output", "output", "input")
    export_siglip2(goldens)
    (HERE / "goldens.json").write_text(json.dumps(goldens, separators=(",", ":")).replace("}", "}\n") + "\n", "utf-8")
    for path in HERE.glob("*.onnx"):
        with open(f"{path}.gz", "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
            packed.write(path.read_bytes())
        path.unlink()
    print({p.name: p.stat().st_size for p in sorted(HERE.iterdir())})


main()
