#!/usr/bin/env python3
"""Write models/starter/golden_vectors.json: what the starter's graphs give in full, through onnxruntime, Pillow and the
`tokenizers` library, for texts and for demo photos (build/sample/photos). Vectors are float32, little endian, in base64.

A test that decodes the photo marked "exact" and resizes it as Pillow does gets the same pixels (rgb_sha256: 384 × 384 × 3
bytes, row by row); JPEG and WebP decoders may differ from Pillow's by a level or two, so there compare vectors only.
Needs requirements.txt. Usage: golden_vectors.py
"""
import base64
import hashlib
import json
import pathlib

import numpy as np
import onnxruntime
from PIL import Image, ImageOps
from tokenizers.implementations import BertWordPieceTokenizer

MODELS = pathlib.Path(__file__).resolve().parents[2]
STARTER = MODELS / "starter"
PHOTOS = MODELS.parent / "build/sample/photos"
TEXTS = [
    "dog", "a photo of a dog", "cats", "castle", "two people riding bikes", "sunset on the beach", "polar bear in the snow",
    "drums and a guitar", "a cup of coffee", "Eiffel Tower", "café crème, s'il vous plaît!", "ÉLÉPHANT", "naïve Straße", "пингвин", "東京タワー",
    "dog 🐕 in a park", "don't", "e-mail@example.com", "  tabs\tand\nnew lines  ", "xyzzyqwrtplk", "", "a", "3 men, 2 boats & 1 dog",
    "a long sentence about a photo " * 20,
]
FILES = ["2020/Camera/IMG_4517.png", "2008/06/IMG_2043.JPG", "2013/100CANON/IMG_6011.JPG", "2017/07/20170704_101523.jpg",
         "2022/Camera/PXL_20220611_133012774.webp", "scans/scan_0007.jpg"]


def packed(vector):
    return base64.b64encode(np.ascontiguousarray(vector, "<f4").tobytes()).decode("ascii")


def main():
    tokenizer = BertWordPieceTokenizer(str(STARTER / "vocab.txt"), lowercase=True)
    tokenizer.enable_truncation(64)
    text = onnxruntime.InferenceSession(str(STARTER / "starter_text.onnx"))
    image = onnxruntime.InferenceSession(str(STARTER / "starter_image.onnx"))
    texts, photos = [], []
    for t in TEXTS:
        ids = tokenizer.encode(t).ids
        row = np.array([ids], np.int64)
        vector = text.run(["text_embeds"], {"input_ids": row, "attention_mask": np.ones_like(row)})[0][0]
        texts.append({"text": t, "input_ids": ids, "embedding": packed(vector)})
    for f in FILES:
        picture = ImageOps.exif_transpose(Image.open(PHOTOS / f)).convert("RGB").resize((384, 384), Image.Resampling.BILINEAR)
        rgb = np.asarray(picture)
        pixels = (rgb.astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        vector, scores = image.run(["image_embeds", "label_probs"], {"pixel_values": pixels})
        photos.append({"file": f, "exact": f.endswith(".png"), "rgb_sha256": hashlib.sha256(rgb.tobytes()).hexdigest(),
                       "embedding": packed(vector[0]), "label_probs": packed(scores[0])})
    doc = {"about": "Written by models/export/starter/golden_vectors.py", "runtime": onnxruntime.__version__, "texts": texts, "photos": photos}
    (STARTER / "golden_vectors.json").write_text(json.dumps(doc, indent=1, ensure_ascii=True) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
