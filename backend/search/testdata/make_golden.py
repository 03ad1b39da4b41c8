#!/usr/bin/env python3
"""make_golden.py MODEL_DIR PHOTOS_DIR SAMPLE_DIR: writes golden.bin.gz and golden.json beside itself.

What the starter gives for the photos and texts that the tests of search use, computed by onnxruntime, Pillow and tokenizers,
not by this program. PHOTOS_DIR holds captions.json and img/; SAMPLE_DIR is build/sample/photos. golden.json: photos (file,
tags; those of the sample after the others, marked), texts, captions (file, index of the text), and the reference figures of
the plain ranking by cosine. golden.bin.gz: a row for each photo, then for each text, in the order of golden.json: 32 scales and
the row's last value, which only makes its length 1 (float32, little endian), then 1024 int8, of which every 32 share a scale. Scores move by at most .001 by that.
pip install numpy==2.* onnxruntime==1.20.* pillow==11.3.* tokenizers==0.20.*
"""
import gzip, json, os, re, sys
import numpy as np, onnxruntime as ort
from PIL import Image, ImageOps
from tokenizers import BertWordPieceTokenizer

model, photos, sample = sys.argv[1:4]
here = os.path.dirname(os.path.abspath(__file__))
options = ort.SessionOptions()
options.intra_op_num_threads = 1
image = ort.InferenceSession(os.path.join(model, "starter_image.onnx"), options)
text = ort.InferenceSession(os.path.join(model, "starter_text.onnx"), options)
tokenizer = BertWordPieceTokenizer(os.path.join(model, "vocab.txt"), lowercase=True)
tokenizer.enable_truncation(64)
labels = [line.rstrip("\n").split("\t") for line in open(os.path.join(model, "labels.txt"))]
catalog = json.load(open(os.path.join(here, "../../../models/catalog.json")))
rule = next(m for m in catalog["models"] if m["id"] == "starter")["labels"]


def tagged(kind, name, probability):
    return probability >= rule["overrides"].get(kind + "/" + name, rule["thresholds"][kind])


listed = json.load(open(os.path.join(photos, "captions.json")))
rows, entries = [], []
own = [(e["file"], os.path.join(photos, "img", e["file"])) for e in listed]
more = sorted(os.path.relpath(os.path.join(d, f), sample) for d, _, names in os.walk(sample) for f in names)
for file, path in own + [(f, os.path.join(sample, f)) for f in more]:
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGB").resize((384, 384), Image.BILINEAR)
    pixels = (np.asarray(picture, np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    vector, probabilities = image.run(["image_embeds", "label_probs"], {"pixel_values": pixels})
    rows.append(vector[0])
    tags = [{"kind": k, "name": n, "score": round(float(p), 4)} for (k, n), p in zip(labels, probabilities[0]) if tagged(k, n, p)]
    entries.append({"file": file, "tags": tags} | ({"sample": True} if len(entries) >= len(own) else {}))

present = json.load(open(os.path.join(here, "present.json")))
absent, *others = [json.load(open(os.path.join(here, n + ".json"))) for n in ("absent", "sample_present", "sample_absent")]
texts, at = [], {}


def add(t):
    if t not in at:
        at[t] = len(texts)
        texts.append(t)
    return at[t]


for q in present + absent + sum(others, []):
    add(q["query"])
    for word in re.findall(r"[\w'’-]+", q["query"].lower()):
        add(word)
captions = [{"file": e["file"], "text": add(c)} for e in listed for c in e["captions"]]
for t in texts:
    e = tokenizer.encode(t)
    rows.append(text.run(None, {"input_ids": np.array([e.ids], np.int64), "attention_mask": np.array([e.attention_mask], np.int64)})[0][0])

exact = np.array(rows, np.float32)
blocks = np.where(np.arange(1024) < 1023, exact, 0).reshape(len(rows), 32, 32)
scales = np.maximum(np.abs(blocks).max(2) / 127, 1e-9).astype("<f4")
codes = np.rint(blocks / scales[:, :, None]).astype(np.int8)
back = (codes * scales[:, :, None]).reshape(len(rows), -1)
back[:, -1] = exact[:, -1]
n = len(entries)
print("scores moved by at most", float(np.abs(exact[n:] @ exact[:n].T - back[n:] @ back[:n].T).max()))
V, T = back[: len(listed)], back[n:]
files = [e["file"] for e in listed]
scores = T @ V.T
own = np.array([files.index(c["file"]) for c in captions])
S = scores[[c["text"] for c in captions]]
rank = (S > S[np.arange(len(own)), own][:, None]).sum(1)
precision = []
for q in present:
    hit = np.array([f in q["files"] for f in files])[np.argsort(-scores[at[q["query"]]], kind="stable")]
    precision.append(float((np.cumsum(hit)[hit] / (np.where(hit)[0] + 1)).mean()))
reference = {"recall": {str(k): float((rank < k).mean()) for k in (1, 5, 10)}, "mean_average_precision": float(np.mean(precision))}
with open(os.path.join(here, "golden.bin.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as out:
    for scale, last, code in zip(scales, exact[:, -1].astype("<f4"), codes):
        out.write(scale.tobytes() + last.tobytes() + code.tobytes())
with open(os.path.join(here, "golden.json"), "w") as out:
    json.dump({"photos": entries, "texts": texts, "captions": captions, "reference": reference}, out, ensure_ascii=False, indent=0)
print(len(entries), len(texts), reference)
