#!/usr/bin/env python3
"""make_golden.py MODEL_DIR PHOTOS_DIR: writes golden.bin and golden.json beside itself.

What the starter model gives for the photos and texts that the tests of search use, computed by onnxruntime, Pillow and
tokenizers, not by this program. PHOTOS_DIR holds captions.json and img/. golden.json: photos (file, tags), texts, captions
(file, index of the text), and the reference figures of the plain ranking by cosine. golden.bin: float16, little endian, a
row of 1024 for each photo, then for each text, in the order of golden.json.
pip install numpy==2.* onnxruntime==1.20.* pillow==11.* tokenizers==0.20.*
"""
import json, os, re, sys
import numpy as np, onnxruntime as ort
from PIL import Image
from tokenizers import BertWordPieceTokenizer

model, photos = sys.argv[1:3]
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
for entry in listed:
    picture = Image.open(os.path.join(photos, "img", entry["file"])).convert("RGB").resize((384, 384), Image.BILINEAR)
    pixels = (np.asarray(picture, np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
    vector, probabilities = image.run(["image_embeds", "label_probs"], {"pixel_values": pixels})
    rows.append(vector[0])
    tags = [{"kind": k, "name": n, "score": round(float(p), 4)} for (k, n), p in zip(labels, probabilities[0]) if tagged(k, n, p)]
    entries.append({"file": entry["file"], "tags": tags})

present = json.load(open(os.path.join(here, "present.json")))
absent = json.load(open(os.path.join(here, "absent.json")))
texts, at = [], {}


def add(t):
    if t not in at:
        at[t] = len(texts)
        texts.append(t)
    return at[t]


for q in present + absent:
    add(q["query"])
    for word in re.findall(r"[\w'’-]+", q["query"].lower()):
        add(word)
captions = [{"file": e["file"], "text": add(c)} for e in listed for c in e["captions"]]
for t in texts:
    e = tokenizer.encode(t)
    rows.append(text.run(None, {"input_ids": np.array([e.ids], np.int64), "attention_mask": np.array([e.attention_mask], np.int64)})[0][0])

half = np.array(rows, np.float32).astype("<f2")
V, T = half[: len(entries)].astype(np.float32), half[len(entries):].astype(np.float32)
files = [e["file"] for e in entries]
scores = T @ V.T
own = np.array([files.index(c["file"]) for c in captions])
S = scores[[c["text"] for c in captions]]
rank = (S > S[np.arange(len(own)), own][:, None]).sum(1)
precision = []
for q in present:
    hit = np.array([f in q["files"] for f in files])[np.argsort(-scores[at[q["query"]]], kind="stable")]
    precision.append(float((np.cumsum(hit)[hit] / (np.where(hit)[0] + 1)).mean()))
reference = {"recall": {str(k): float((rank < k).mean()) for k in (1, 5, 10)}, "mean_average_precision": float(np.mean(precision))}
half.tofile(os.path.join(here, "golden.bin"))
with open(os.path.join(here, "golden.json"), "w") as out:
    json.dump({"photos": entries, "texts": texts, "captions": captions, "reference": reference}, out, ensure_ascii=False, indent=0)
print(len(entries), len(texts), reference)
