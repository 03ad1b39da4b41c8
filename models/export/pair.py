"""What the exports of image-text models have in common: graphs of a PyTorch model, in three precisions, compared with it,
and a model.json that names their sizes and hashes. See README.md."""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import time

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16

OPSET = 14
SEED = 20240


class Graph(torch.nn.Module):
    """One half of a model as a graph: a function of one input."""

    def __init__(self, module, forward):
        super().__init__()
        self.module, self.function = module, forward

    def forward(self, value):
        return self.function(self.module, value)


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def pixels(count, side):
    """Pictures of some of every value, which any language can rebuild: ((i * 7919) mod 2003) / 1001 - 1."""
    flat = (np.arange(count * 3 * side * side, dtype=np.int64) * 7919) % 2003
    return (flat.astype(np.float32) / np.float32(1001) - np.float32(1)).reshape(count, 3, side, side)


def cosine(a, b):
    a, b = a.astype(np.float64), b.astype(np.float64)
    return (a * b).sum(1) / np.linalg.norm(a, axis=1) / np.linalg.norm(b, axis=1)


def export(graph, path, name_in, name_out, example, axes):
    """Writes a graph in fp32."""
    with torch.no_grad():
        torch.onnx.export(graph.eval(), (example,), str(path), input_names=[name_in], output_names=[name_out],
                          dynamic_axes={name_in: axes, name_out: {0: "batch"}}, opset_version=OPSET, do_constant_folding=True, dynamo=False)
    strip(path)


def strip(path):
    """Removes the doc strings of a graph: they hold the paths of the machine that exported it."""
    model = onnx.load(str(path))
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def precisions(out, name, weights):
    """Writes NAME_fp16.onnx and NAME_int8.onnx beside NAME_fp32.onnx. fp16 keeps float32 at its ends. int8 is dynamic and
    leaves convolutions alone, for which CPUs have no fast dynamic kernels."""
    full = out / f"{name}_fp32.onnx"
    half = convert_float_to_float16(onnx.load(str(full)), keep_io_types=True)
    onnx.save(half, str(out / f"{name}_fp16.onnx"))
    quantize_dynamic(full, out / f"{name}_int8.onnx", weight_type=weights, op_types_to_quantize=["MatMul", "Gemm", "Gather"])
    return {p: f"{name}_{p}.onnx" for p in ("fp32", "fp16", "int8")}


def compare(out, name, name_in, name_out, feed, expected, least):
    """Compares each precision of a graph with what PyTorch gave; least is the least cosine of each."""
    for precision, bound in least.items():
        got = session(out / f"{name}_{precision}.onnx").run([name_out], {name_in: feed})[0]
        worst = float(cosine(got, expected).min())
        print(f"{name} {precision}: cosine {worst:.7f} with PyTorch")
        if not worst >= bound:
            raise SystemExit(f"{name} {precision} differs from PyTorch: cosine {worst:.7f}, at least {bound} is wanted")


def file_entry(path):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"name": path.name, "bytes": path.stat().st_size, "sha256": digest}


def manifest(out, model):
    """Writes model.json: the model's fields with the entries of all its files in the folder."""
    model["files"] = [file_entry(p) for p in sorted(out.iterdir()) if p.suffix != ".py" and p.name != "model.json" and p.is_file()]
    (out / "model.json").write_text(json.dumps({"schema": 1, "model": model}, indent=2) + "\n", "utf-8")


def graph_entry(variants, default, name_in, kind, shape, name_out, dimension, **rest):
    return {"variants": variants, "default": default, "inputs": [{"name": name_in, "type": kind, "shape": shape}],
            "outputs": [{"name": name_out, "type": "float32", "shape": [-1, dimension]}], **rest}


def arguments(doc):
    """What an export is told."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--tokenizer", required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--checkpoint")
    which.add_argument("--random", action="store_true")
    return parser.parse_args()


def begin(arguments):
    """Prepares the folder of the model and returns it, with what is to be put into it once it is whole."""
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise SystemExit(f"{out} is not empty")
    torch.manual_seed(SEED)
    shutil.copyfile(arguments.tokenizer, out / pathlib.Path(arguments.tokenizer).name)
    return out, time.perf_counter()


__all__ = ["Graph", "QuantType", "arguments", "begin", "compare", "cosine", "export", "graph_entry", "manifest", "pixels", "precisions", "session", "strip"]
