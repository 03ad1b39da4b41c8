"""Makes the ONNX files and the manifest of a CLIP model, for the folder of a user's models.

usage: python export.py --out FOLDER --tokenizer FILE (--checkpoint FOLDER | --random)

The folder's name is the model's id. The checkpoint is a folder of the Hugging Face form (config.json, model.safetensors) of
CLIP ViT-B/32 or a larger one; FILE its tokenizer.json, or OpenAI's bpe_simple_vocab_16e6.txt(.gz). --random makes the
graphs of ViT-B/32 in full size with random weights: speed, memory and sizes are the real ones, the vectors mean nothing.
"""

import pathlib
import sys
import time

import numpy as np
import torch
from transformers import CLIPConfig, CLIPModel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import pair

MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


def load(arguments):
    if arguments.checkpoint:
        return CLIPModel.from_pretrained(arguments.checkpoint, attn_implementation="eager", local_files_only=True).eval()
    config = CLIPConfig(attn_implementation="eager")
    config.text_config.eos_token_id = 2  # as published: the end of a text is then the first of the largest id
    return CLIPModel(config).eval()


def texts(start, end, length):
    """Some rows of ids, each padded with the end token."""
    generator = np.random.default_rng(7)
    ids = np.full((4, length), end, np.int64)
    for row, n in zip(ids, (1, 4, 20, length - 2)):
        row[0] = start
        row[1 : n + 1] = generator.integers(256, start, n)
    return ids


def main():
    arguments = pair.arguments(__doc__)
    out, began = pair.begin(arguments)
    clip = load(arguments)
    side, length = clip.config.vision_config.image_size, clip.config.text_config.max_position_embeddings
    end = clip.config.text_config.vocab_size - 1
    ids, pictures = texts(end - 1, end, length), pair.pixels(2, side)

    vision = pair.Graph(clip, lambda m, v: m.get_image_features(pixel_values=v))
    text = pair.Graph(clip, lambda m, v: m.get_text_features(input_ids=v))
    pair.export(vision, out / "vision_fp32.onnx", "pixel_values", "image_embeds", torch.from_numpy(pictures), {0: "batch"})
    pair.export(text, out / "text_fp32.onnx", "input_ids", "text_embeds", torch.from_numpy(ids), {0: "batch", 1: "tokens"})
    files = {"vision": pair.precisions(out, "vision", pair.QuantType.QUInt8), "text": pair.precisions(out, "text", pair.QuantType.QInt8)}
    with torch.no_grad():
        seen, read = vision(torch.from_numpy(pictures)).numpy(), text(torch.from_numpy(ids)).numpy()
    least = {"fp32": 0.999999, "fp16": 0.9999, "int8": 0.97}
    pair.compare(out, "vision", "pixel_values", "image_embeds", pictures, seen, least)
    pair.compare(out, "text", "input_ids", "text_embeds", ids, read, least)

    dimension = clip.config.projection_dim
    tokenizer = {"kind": "clip-bpe", "file": pathlib.Path(arguments.tokenizer).name, "max_tokens": length}
    pair.manifest(out, {
        "id": out.name, "revision": "random-1" if arguments.random else "1", "name": "CLIP, random weights" if arguments.random else "CLIP",
        "family": "clip", "role": "image-text", "stage": "accurate", "licence": "MIT", "languages": ["en"], "dimension": dimension, "prompt": "a photo of %s",
        "image": pair.graph_entry(files["vision"], "fp32", "pixel_values", "float32", [-1, 3, side, side], "image_embeds", dimension,
                                  preprocess={"width": side, "height": side, "fit": "center-crop", "filter": "bicubic", "mean": MEAN, "std": STD}),
        "text": pair.graph_entry(files["text"], "fp32", "input_ids", "int64", [-1, -1], "text_embeds", dimension, tokenizer=tokenizer),
    })
    print(f"{out}: {sum(p.stat().st_size for p in out.iterdir()) / 1e6:.0f} MB in {time.perf_counter() - began:.0f} s")


main()
