"""Writes what ONNX Runtime in Python makes of some pictures and texts with each precision of an exported model, to compare the
program's own vectors with.

usage: python vectors.py MODEL_FOLDER OUT.json

It needs numpy and onnxruntime, of the version that the program has: int8 kernels round otherwise from version to version.
Then, in the root of the repository:
  PIXEL_DETECTIVE_MODEL=MODEL_FOLDER PIXEL_DETECTIVE_VECTORS=OUT.json \\
  go test -tags sqlite_fts5 -run - -bench UsersModel -benchtime 20x ./backend/model/encoder

Texts and their ids are those of the tokenizers' goldens: the vocabulary must be CLIP's, or Gemma 3's for SigLIP 2.
"""

import gzip
import json
import pathlib
import sys

import numpy as np
import onnxruntime

GOLDENS = pathlib.Path(__file__).resolve().parents[2] / "backend/model/encoder/internal/tokenize/testdata"


def texts(family, length):
    name = {"clip": "clip_bpe", "siglip2": "gemma3_bpe"}[family]
    rows = [json.loads(line) for line in gzip.open(GOLDENS / f"{name}.jsonl.gz", "rt", encoding="utf-8")][:120:10]
    if family == "clip":
        return [r["text"] for r in rows], [np.array([r["ids"]]) for r in rows]  # not filled up, as the program has them
    ids = [r.get("lower", r["ids"])[: length - 1] + [1] for r in rows]
    return [r["text"] for r in rows], [np.array([i + [0] * (length - len(i))]) for i in ids]


def pictures(count, side, mean, std):
    """Those of testPicture in backend/model/encoder, plus 37 for each picture before."""
    flat = np.arange(side * side * 3, dtype=np.int64) * 7919 >> 4
    raw = np.stack([(flat + 37 * k) % 256 for k in range(count)]).astype(np.float64).reshape(count, side, side, 3)
    return ((raw / 255 - mean) / std).transpose(0, 3, 1, 2).astype(np.float32)[:, None]


def run(folder, graph, feed):
    rows = {}
    for precision, file in graph["variants"].items():
        session = onnxruntime.InferenceSession(str(folder / file), providers=["CPUExecutionProvider"])
        # One by one: int8 scales what it quantizes by the whole batch.
        out = [session.run([graph["outputs"][0]["name"]], {graph["inputs"][0]["name"]: one})[0][0] for one in feed]
        rows[precision] = [[round(float(v), 6) for v in row / np.linalg.norm(row)] for row in out]
    return rows


def main():
    folder = pathlib.Path(sys.argv[1])
    model = json.loads((folder / "model.json").read_text("utf-8"))["model"]
    p = model["image"]["preprocess"]
    words, ids = texts(model["family"], model["text"]["tokenizer"]["max_tokens"])
    out = {"texts": words, "text": run(folder, model["text"], ids), "image": run(folder, model["image"], pictures(3, p["width"], p["mean"], p["std"]))}
    pathlib.Path(sys.argv[2]).write_text(json.dumps(out), "utf-8")


main()
