"""Writes what the starter's graphs give for texts and for pictures, by the Python onnxruntime and tokenizers packages.

usage: python make_goldens.py PATH/TO/models/starter .        (Python 3.11; packages: requirements.txt)

goldens.json   texts with their token ids; SHA-256 of each picture's bytes; versions
texts.f16      little-endian float16 [texts, 1024]
pictures.f16   little-endian float16 [pictures, 1024]
labels.f32     little-endian float32 [pictures, 1442], label probabilities
The pictures are not stored: `picture` makes them from a formula in whole numbers, as the Go test does.
"""

import hashlib
import json
import pathlib
import sys

import numpy as np
import onnxruntime
import tokenizers

SIDE = 384
PICTURES = 10
TEXTS = """dog|a dog|a photo of a dog|a photo of a golden retriever|cat sleeping on a sofa|sunset on the beach|two people riding bikes
snow covered mountains under a blue sky|birthday cake with candles|my daughter's first day at school|an old red car parked in front of a brick house
black and white portrait of an elderly man|kitchen|a train at the station|pizza|zebra|giraffes near trees|surfer on a wave|skiing|tennis player
a bowl of fruit on a wooden table|laptop and coffee|traffic light at night|airplane in the sky|boats in a harbour|children playing football
a bench in the park|umbrella in the rain|bathroom with a mirror|teddy bear|a vase with flowers|clock tower|motorcycle|elephant with its baby
sheep on a green hill|horse jumping over a fence|hot dog with mustard|donuts|stop sign|fire hydrant|bear in the woods|kite on the beach
people around a table, eating and laughing|woman reading a book|man in a suit with a tie|broccoli and carrots|refrigerator covered in magnets
a street at night with many lights|Eiffel Tower|naïve café|Ünïcödé ÀÉÎÕÜ|日本の猫|Привет мир|😀 smile|IMG_2024.jpg|f/2.8 1/250s ISO 100|!!!|   |x
the quick brown fox jumps over the lazy dog again and again until it is so tired that it lies down in the shade of an old oak tree beside the river, where a fisherman has been sitting since the early morning, waiting for a trout that everybody in the village says was last seen when his grandfather was a boy of seven years, and nobody has ever caught it since""".replace("\n", "|").split("|")


def picture(k):
    y, x, c = np.meshgrid(np.arange(SIDE), np.arange(SIDE), np.arange(3), indexing="ij")
    value = (x * (k + 1) + y * (2 * k + 3) + c * 85) // (k + 2)
    disc = (x - 100 - 18 * k) ** 2 + (y - 280 + 15 * k) ** 2 < (60 + 10 * k) ** 2
    value = np.where(disc, 200 - 50 * c + 13 * k, value)
    value = value + (x * 7919 + y * 104729 + c * 31 + k * 1299721) % 17
    return (value % 256).astype(np.uint8)


def main():
    model, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    tokenizer = tokenizers.BertWordPieceTokenizer(str(model / "vocab.txt"), lowercase=True)
    tokenizer.enable_truncation(64)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    text = onnxruntime.InferenceSession(model / "starter_text.onnx", options, providers=["CPUExecutionProvider"])
    image = onnxruntime.InferenceSession(model / "starter_image.onnx", options, providers=["CPUExecutionProvider"])
    texts, vectors = [], []
    for t in TEXTS:
        ids = tokenizer.encode(t).ids
        row = np.array([ids], np.int64)
        vectors.append(text.run(["text_embeds"], {"input_ids": row, "attention_mask": np.ones_like(row)})[0][0])
        texts.append({"text": t, "ids": ids})
    pictures, embeddings, labels = [], [], []
    for k in range(PICTURES):
        pixels = picture(k)
        values = pixels.astype(np.float32) / np.float32(127.5) - np.float32(1)
        e, p = image.run(["image_embeds", "label_probs"], {"pixel_values": values.transpose(2, 0, 1)[None]})
        embeddings.append(e[0])
        labels.append(p[0])
        pictures.append(hashlib.sha256(pixels.tobytes()).hexdigest())
    for name, rows, kind in (("texts.f16", vectors, "<f2"), ("pictures.f16", embeddings, "<f2"), ("labels.f32", labels, "<f4")):
        np.stack(rows).astype(kind).tofile(out / name)
    versions = {"onnxruntime": onnxruntime.__version__, "tokenizers": tokenizers.__version__, "numpy": np.__version__}
    files = {f: hashlib.sha256((model / f).read_bytes()).hexdigest() for f in ("starter_image.onnx", "starter_text.onnx", "vocab.txt")}
    content = {"versions": versions, "model": files, "texts": texts, "pictures": pictures}
    (out / "goldens.json").write_text(json.dumps(content, ensure_ascii=True, indent=1) + "\n")


main()
