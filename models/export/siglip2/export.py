"""Makes the ONNX files and the manifest of a SigLIP 2 model, for the folder of a user's models.

usage: python export.py --out FOLDER --tokenizer FILE (--checkpoint FOLDER | --random)

The folder's name is the model's id. The checkpoint is a folder of the Hugging Face form (config.json, model.safetensors) of a
SigLIP 2 of fixed resolution, as google/siglip2-base-patch16-224; FILE its tokenizer.json. --random makes the graphs of that
model in full size with random weights: speed, memory and sizes are the real ones, the vectors mean nothing.
"""

import pathlib
import sys
import time

import numpy as np
import torch
from transformers import SiglipConfig, SiglipModel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import pair

HALF = [0.5, 0.5, 0.5]
END, PAD = 1, 0
# More than 256,000, which SigLIP 2 has, so that the random model can be tried with the vocabulary of Gemma 3.
RANDOM_VOCABULARY = 262145


def load(arguments):
    if arguments.checkpoint:
        return SiglipModel.from_pretrained(arguments.checkpoint, attn_implementation="eager", local_files_only=True).eval()
    config = SiglipConfig(attn_implementation="eager", vision_config={"image_size": 224, "patch_size": 16},
                          text_config={"vocab_size": RANDOM_VOCABULARY, "max_position_embeddings": 64, "pad_token_id": PAD, "eos_token_id": END, "bos_token_id": 2})
    return SiglipModel(config).eval()


def texts(vocabulary, length):
    """Some rows of ids, each ended and filled up."""
    generator = np.random.default_rng(7)
    ids = np.full((4, length), PAD, np.int64)
    for row, n in zip(ids, (1, 4, 20, length - 1)):
        row[:n] = generator.integers(256, vocabulary, n)
        row[n] = END
    return ids


def main():
    arguments = pair.arguments(__doc__)
    out, began = pair.begin(arguments)
    model = load(arguments)
    side, length = model.config.vision_config.image_size, model.config.text_config.max_position_embeddings
    dimension = model.config.vision_config.hidden_size
    ids, pictures = texts(model.config.text_config.vocab_size, length), pair.pixels(2, side)

    vision = pair.Graph(model.vision_model, lambda m, v: m(pixel_values=v).pooler_output)
    text = pair.Graph(model.text_model, lambda m, v: m(input_ids=v).pooler_output)
    pair.export(vision, out / "vision_fp32.onnx", "pixel_values", "pooler_output", torch.from_numpy(pictures), {0: "batch"})
    pair.export(text, out / "text_fp32.onnx", "input_ids", "pooler_output", torch.from_numpy(ids), {0: "batch", 1: "tokens"})
    files = {"vision": pair.precisions(out, "vision", pair.QuantType.QUInt8), "text": pair.precisions(out, "text", pair.QuantType.QInt8)}
    with torch.no_grad():
        seen, read = vision(torch.from_numpy(pictures)).numpy(), text(torch.from_numpy(ids)).numpy()
    least = {"fp32": 0.999999, "fp16": 0.9999, "int8": 0.95}
    pair.compare(out, "vision", "pixel_values", "pooler_output", pictures, seen, least)
    pair.compare(out, "text", "input_ids", "pooler_output", ids, read, least)

    tokenizer = {"kind": "sentencepiece", "file": pathlib.Path(arguments.tokenizer).name, "max_tokens": length, "pad_to": length}
    pair.manifest(out, {
        "id": out.name, "revision": "random-1" if arguments.random else "1", "name": "SigLIP 2, random weights" if arguments.random else "SigLIP 2",
        "family": "siglip2", "role": "image-text", "stage": "comprehensive", "licence": "Apache-2.0", "dimension": dimension,
        "image": pair.graph_entry(files["vision"], "fp32", "pixel_values", "float32", [-1, 3, side, side], "pooler_output", dimension,
                                  preprocess={"width": side, "height": side, "fit": "stretch", "filter": "bilinear", "mean": HALF, "std": HALF}),
        "text": pair.graph_entry(files["text"], "fp32", "input_ids", "int64", [-1, -1], "pooler_output", dimension, tokenizer=tokenizer),
    })
    print(f"{out}: {sum(p.stat().st_size for p in out.iterdir()) / 1e6:.0f} MB in {time.perf_counter() - began:.0f} s")


main()
