#!/usr/bin/env python3
"""Write the manifest of the captioner ViT-GPT2, whose graphs are published ready-made, or make a twin of its size.

Usage: manifest.py FOLDER            model.json for the files in a folder: encoder_model*.onnx, decoder_model_merged*.onnx
                                     and tokenizer.json or vocab.json, as Xenova/vit-gpt2-image-captioning has them
       manifest.py FOLDER --random   graphs of the full size with random weights first (optimum's own export and merge)
Add --default int8 to prefer the files that end in _quantized.onnx.
"""
import argparse
import hashlib
import json
import os
import pathlib
import sys

LAST = 50256  # <|endoftext|> begins, ends and fills
SIDE, WIDTH, LAYERS, HEADS = 224, 768, 12, 12
HALF = [0.5, 0.5, 0.5]


def entry(path):
    with open(path, "rb") as f:
        return {"name": path.name, "bytes": path.stat().st_size, "sha256": hashlib.file_digest(f, "sha256").hexdigest()}


def manifest(folder, default, *, model_id, name, revision, licence, last=LAST, side=SIDE, width=WIDTH, layers=LAYERS, heads=HEADS, max_tokens=16):
    suffix = {"fp32": "", "int8": "_quantized"}
    found = {p: s for p, s in suffix.items() if all((folder / f"{g}{s}.onnx").exists() for g in ("encoder_model", "decoder_model_merged"))}
    if default not in found:
        raise SystemExit(f"the graphs of the precision {default} are not in {folder}")
    vocabulary = next((v for v in ("tokenizer.json", "vocab.json") if (folder / v).exists()), None)
    if vocabulary is None:
        raise SystemExit(f"neither tokenizer.json nor vocab.json is in {folder}")

    def graph(file, inputs, output, **more):
        return {"variants": {p: f"{file}{s}.onnx" for p, s in found.items()}, "default": default, "inputs": inputs, "outputs": [output], **more}

    return {
        "id": model_id, "revision": revision, "name": name, "family": "vit-gpt2", "role": "caption", "stage": "accurate",
        "licence": licence, "languages": ["en"],
        "image": graph("encoder_model", [{"name": "pixel_values", "type": "float32", "shape": [-1, 3, side, side]}],
                       {"name": "last_hidden_state", "type": "float32", "shape": [-1, -1, width]},
                       preprocess={"width": side, "height": side, "fit": "stretch", "filter": "bilinear", "mean": HALF, "std": HALF}),
        "decoder": graph("decoder_model_merged",
                         [{"name": "input_ids", "type": "int64", "shape": [-1, -1]},
                          {"name": "encoder_hidden_states", "type": "float32", "shape": [-1, -1, width]},
                          {"name": "use_cache_branch", "type": "bool", "shape": [1]}],
                         {"name": "logits", "type": "float32", "shape": [-1, -1, last + 1]},
                         tokenizer={"kind": "gpt2-bpe", "file": vocabulary, "max_tokens": max_tokens},
                         cache={"layers": layers, "heads": heads, "head_size": width // heads}),
        "generation": {"start": last, "end": last, "pad": last, "max_tokens": max_tokens, "beams": 4, "length_penalty": 1.0},
        "files": [entry(folder / f"{g}{s}.onnx") for g in ("encoder_model", "decoder_model_merged") for s in found.values()] + [entry(folder / vocabulary)],
    }


def write_manifest(path, value):
    path.write_text(json.dumps({"schema": 1, "model": value}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def repeatable():
    """optimum's merge walks sets of names: only a fixed seed of hashes gives the same file each time."""
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0", "HF_HUB_OFFLINE": "1"})


def export_graphs(model, folder):
    """Write encoder_model.onnx and decoder_model_merged.onnx as optimum makes them."""
    import tempfile

    import onnx
    from optimum.exporters.onnx import main_export
    from transformers import ViTImageProcessor

    with tempfile.TemporaryDirectory() as temp:
        source, target = pathlib.Path(temp, "source"), pathlib.Path(temp, "target")
        model.save_pretrained(source)
        ViTImageProcessor().save_pretrained(source)
        main_export(str(source), target, task="image-to-text-with-past", opset=14, do_validation=False, library_name="transformers")
        for name in ("encoder_model.onnx", "decoder_model_merged.onnx"):
            graph = onnx.load(str(target / name))
            for node in graph.graph.node:
                node.doc_string = ""  # it names folders of this machine
            onnx.save(graph, str(folder / name))


def captioner(last, side, width, layers, heads, patch, positions):
    from transformers import GPT2Config, ViTConfig, VisionEncoderDecoderConfig, VisionEncoderDecoderModel

    encoder = ViTConfig(hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers, num_attention_heads=heads, image_size=side, patch_size=patch, attn_implementation="eager")
    decoder = GPT2Config(vocab_size=last + 1, n_positions=positions, n_embd=width, n_layer=layers, n_head=heads, add_cross_attention=True, is_decoder=True,
                         bos_token_id=last, eos_token_id=last, pad_token_id=last, attn_implementation="eager")
    config = VisionEncoderDecoderConfig.from_encoder_decoder_configs(encoder, decoder, decoder_start_token_id=last, pad_token_id=last, eos_token_id=last)
    model = VisionEncoderDecoderModel(config).eval()
    g = model.generation_config
    g.decoder_start_token_id = g.pad_token_id = g.eos_token_id = last
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--default", choices=["fp32", "int8"], default="fp32")
    o = parser.parse_args()
    names = dict(model_id="vit-gpt2", name="ViT-GPT2, captions", revision="1", licence="Apache-2.0")
    if o.random:
        repeatable()
        import torch

        torch.manual_seed(0)
        o.folder.mkdir(parents=True, exist_ok=True)
        export_graphs(captioner(LAST, SIDE, WIDTH, LAYERS, HEADS, 16, 1024), o.folder)
        (o.folder / "vocab.json").write_text(json.dumps({f"word{i}": i for i in range(LAST)} | {"<|endoftext|>": LAST}), encoding="ascii")
        names |= dict(model_id="vit-gpt2-random", name="ViT-GPT2 with random weights", revision="random-1")
    write_manifest(o.folder / "model.json", manifest(o.folder, o.default, **names))
    print({p.name: p.stat().st_size for p in sorted(o.folder.iterdir())})


if __name__ == "__main__":
    main()
