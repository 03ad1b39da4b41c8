#!/usr/bin/env python3
"""Export BLIP's captioner to ONNX, in the layout of the family blip, with the manifest that the program reads.

    vision_encoder      pixel_values [N,3,S,S]                                              -> last_hidden_state [N,P,H]
    text_decoder        input_ids [N,T], encoder_hidden_states [N,P,H]                      -> logits [N,T,V], present.*, cross.*
    text_decoder_past   input_ids [N,1], past.*, cross.*                                    -> logits [N,1,V], present.*

past.* and present.* are the keys and values of self-attention, present.i.key and present.i.value [N,heads,T,H/heads], i = 0
.. layers-1; cross.* those of the picture, [N,heads,P,H/heads], which stay the same for a whole text: made anew at each
token they would cost ten times the rest of the step. S = 384, P = 577, H = 768, V = 30,524.

Usage: export.py OUT                the checkpoint, from Hugging Face (990 MB), and its vocabulary
       export.py OUT --from FOLDER  the same from a folder with config.json, the weights and vocab.txt
       export.py OUT --random       a twin of the full size with random weights, for measurements; no network
Add --int8 for int8 graphs besides, and --default int8 to have the manifest prefer them.
"""
import argparse
import copy
import hashlib
import json
import pathlib

import numpy as np
import onnx
import onnxruntime
import torch
from transformers import BlipConfig, BlipForConditionalGeneration

CHECKPOINT, REVISION = "Salesforce/blip-image-captioning-base", "82a37760796d32b1411fe092ab5d4e227313294b"
GRAPHS = ("vision_encoder", "text_decoder", "text_decoder_past")
OPSET = 14
PROMPT = [1037, 3861, 1997]  # "a picture of"
MEAN, STD = [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]


class Vision(torch.nn.Module):
    def __init__(self, blip):
        super().__init__()
        self.model = blip.vision_model

    def forward(self, pixel_values):
        return self.model(pixel_values=pixel_values).last_hidden_state


class First(torch.nn.Module):
    """The step that reads the whole beginning."""

    def __init__(self, blip):
        super().__init__()
        self.model = blip.text_decoder

    def forward(self, input_ids, encoder_hidden_states):
        out = self.model(input_ids=input_ids, encoder_hidden_states=encoder_hidden_states, use_cache=True, return_dict=True, is_decoder=True)
        cross = []
        for layer in self.model.bert.encoder.layer:
            attention = layer.crossattention.self
            cross += [attention.transpose_for_scores(part(encoder_hidden_states)) for part in (attention.key, attention.value)]
        return (out.logits, *[tensor for layer in out.past_key_values for tensor in layer[:2]], *cross)


class Given(torch.nn.Module):
    """Stands for a projection whose result is known."""

    def forward(self, _):
        return self.result


class Later(torch.nn.Module):
    """A step of one token, from what the steps before have left."""

    def __init__(self, blip):
        super().__init__()
        self.model = copy.deepcopy(blip.text_decoder)
        for layer in self.model.bert.encoder.layer:
            attention = layer.crossattention.self
            split = attention.transpose_for_scores
            attention.transpose_for_scores = lambda x, split=split: x if x.dim() == 4 else split(x)
            attention.key, attention.value = Given(), Given()

    def forward(self, input_ids, *flat):
        layers = self.model.bert.encoder.layer
        past, cross = flat[:2 * len(layers)], flat[2 * len(layers):]
        for layer, key, value in zip(layers, cross[::2], cross[1::2]):
            layer.crossattention.self.key.result, layer.crossattention.self.value.result = key, value
        # Only the shape of this is looked at.
        hidden = cross[0].transpose(1, 2).flatten(2)
        out = self.model(input_ids=input_ids, encoder_hidden_states=hidden, past_key_values=tuple(zip(past[::2], past[1::2])),
                         use_cache=True, return_dict=True, is_decoder=True)
        return (out.logits, *[tensor for layer in out.past_key_values for tensor in layer[:2]])


def write_graph(module, path, inputs, outputs, axes):
    with torch.no_grad():
        torch.onnx.export(module.eval(), tuple(inputs.values()), str(path), input_names=list(inputs),
                          output_names=outputs, dynamic_axes=axes, opset_version=OPSET, do_constant_folding=True, dynamo=False)
    model = onnx.load(str(path))
    for node in model.graph.node:
        node.doc_string = ""  # it names folders of this machine
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def export_graphs(blip, out):
    """Write the three graphs and compare each with the model that it was made of."""
    text = blip.config.text_config
    heads, head = text.num_attention_heads, text.hidden_size // text.num_attention_heads
    side = blip.config.vision_config.image_size
    generator = torch.Generator().manual_seed(1)
    pixels = torch.randn(2, 3, side, side, generator=generator)
    batch = {0: "batch"}
    write_graph(Vision(blip), out / "vision_encoder.onnx", {"pixel_values": pixels}, ["last_hidden_state"],
                {"pixel_values": batch, "last_hidden_state": batch})
    with torch.no_grad():
        hidden = Vision(blip)(pixels)
    kinds = [f"{layer}.{kind}" for layer in range(text.num_hidden_layers) for kind in ("key", "value")]
    presents, pasts, crosses = (["%s.%s" % (when, kind) for kind in kinds] for when in ("present", "past", "cross"))
    axes = {"input_ids": {0: "batch", 1: "tokens"}, "encoder_hidden_states": {0: "batch", 1: "patches"}, "logits": {0: "batch", 1: "tokens"}}
    axes |= {name: {0: "batch", 2: "total"} for name in presents} | {name: {0: "batch", 2: "patches"} for name in crosses}
    ids = torch.tensor([[text.bos_token_id, 5, 6], [text.bos_token_id, 7, 8]])
    write_graph(First(blip), out / "text_decoder.onnx", {"input_ids": ids, "encoder_hidden_states": hidden}, ["logits", *presents, *crosses], axes)
    past = {name: torch.randn(2, heads, 3, head, generator=generator) for name in pasts}
    cross = {name: torch.randn(2, heads, hidden.shape[1], head, generator=generator) for name in crosses}
    axes |= {name: {0: "batch", 2: "past"} for name in pasts}
    write_graph(Later(blip), out / "text_decoder_past.onnx", {"input_ids": torch.tensor([[9], [9]]), **past, **cross}, ["logits", *presents], axes)
    compare(blip, out, pixels)


def compare(blip, out, pixels):
    """Five tokens with the cache against the whole model at once."""
    run = {name: onnxruntime.InferenceSession(str(out / f"{name}.onnx"), providers=["CPUExecutionProvider"]) for name in GRAPHS}
    hidden = run["vision_encoder"].run(None, {"pixel_values": pixels.numpy()})[0]
    names, later = ([o.name for o in run[g].get_outputs()] for g in GRAPHS[1:])
    ids = torch.tensor([[blip.config.text_config.bos_token_id, 11, 12, 13, 14]] * 2)
    with torch.no_grad():
        want = blip.text_decoder(input_ids=ids, encoder_hidden_states=blip.vision_model(pixels).last_hidden_state, is_decoder=True).logits.numpy()
    made = dict(zip(names, run["text_decoder"].run(None, {"input_ids": ids[:, :2].numpy(), "encoder_hidden_states": hidden})))
    worst = np.abs(made["logits"] - want[:, :2]).max()
    cross = {n: made[n] for n in names if n.startswith("cross")}
    for step in range(2, 5):
        past = {n.replace("present", "past"): made[n] for n in later if n.startswith("present")}
        made = dict(zip(later, run["text_decoder_past"].run(None, {"input_ids": ids[:, step:step + 1].numpy(), **cross, **past})))
        worst = max(worst, np.abs(made["logits"][:, 0] - want[:, step]).max())
    assert worst < 1e-3, worst
    print(f"the graphs agree with the model within {worst:.1e}")


def quantize(out):
    """int8 weights; in the vision encoder the patches' convolution stays as it is."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    for name in GRAPHS:
        quantize_dynamic(out / f"{name}.onnx", out / f"{name}_int8.onnx", weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gemm", "Gather"])


def entry(path):
    data = path.read_bytes()
    return {"name": path.name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def manifest(config, out, precisions, default, *, model_id, name, revision, licence, end, prompt, max_tokens, size):
    text = config.text_config
    width, vocabulary = text.hidden_size, text.vocab_size
    cache = {"layers": text.num_hidden_layers, "heads": text.num_attention_heads, "head_size": width // text.num_attention_heads}
    suffix = {"fp32": "", "int8": "_int8"}

    def graph(file, inputs, output, **more):
        return {"variants": {p: f"{file}{suffix[p]}.onnx" for p in precisions}, "default": default, "inputs": inputs, "outputs": [output], **more}

    hidden = {"name": "encoder_hidden_states", "type": "float32", "shape": [-1, -1, width]}
    ids = {"name": "input_ids", "type": "int64", "shape": [-1, -1]}
    logits = {"name": "logits", "type": "float32", "shape": [-1, -1, vocabulary]}
    files = [f"{g}{suffix[p]}.onnx" for g in GRAPHS for p in precisions] + ["vocab.txt"]
    return {
        "id": model_id, "revision": revision, "name": name, "family": "blip", "role": "caption", "stage": "comprehensive",
        "licence": licence, "languages": ["en"],
        "image": graph("vision_encoder", [{"name": "pixel_values", "type": "float32", "shape": [-1, 3, size, size]}],
                       {"name": "last_hidden_state", "type": "float32", "shape": [-1, -1, width]},
                       preprocess={"width": size, "height": size, "fit": "stretch", "filter": "bicubic", "mean": MEAN, "std": STD}),
        "decoder": graph("text_decoder", [ids, hidden], logits, cache=cache,
                         tokenizer={"kind": "wordpiece", "file": "vocab.txt", "max_tokens": max_tokens}),
        "decoder_past": graph("text_decoder_past", [ids], logits, cache=cache),
        "generation": {"start": text.bos_token_id, "end": end, "pad": text.pad_token_id, "max_tokens": max_tokens,
                       "beams": 3, "length_penalty": 1.0, **({"prompt": prompt} if prompt else {})},
        "files": [entry(out / f) for f in files],
    }


def write_manifest(path, value):
    path.write_text(json.dumps({"schema": 1, "model": value}, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def random_twin(out):
    """The base model's size, with random weights and a vocabulary of made-up words."""
    torch.manual_seed(0)
    words = ["[PAD]", *(f"[unused{i}]" for i in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words += [f"word{i}" for i in range(len(words), 30522)]
    (out / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    return BlipForConditionalGeneration(BlipConfig(text_config={"encoder_hidden_size": 768}, vision_config={"image_size": 384}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--from", dest="source", type=pathlib.Path)
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--int8", action="store_true")
    parser.add_argument("--default", choices=["fp32", "int8"], default="fp32")
    o = parser.parse_args()
    o.out.mkdir(parents=True, exist_ok=True)
    if o.random:
        blip, model_id, name, revision = random_twin(o.out), "blip-random", "BLIP base with random weights", "random-1"
    else:
        source, at = (str(o.source), {}) if o.source else (CHECKPOINT, {"revision": REVISION})
        blip = BlipForConditionalGeneration.from_pretrained(source, **at)
        model_id, name, revision = "blip-base", "BLIP base, captions", REVISION[:12]
        if o.source:
            vocabulary = o.source / "vocab.txt"
        else:
            from huggingface_hub import hf_hub_download

            vocabulary = pathlib.Path(hf_hub_download(CHECKPOINT, "vocab.txt", revision=REVISION))
        (o.out / "vocab.txt").write_bytes(vocabulary.read_bytes())
    blip = blip.eval()
    export_graphs(blip, o.out)
    if o.int8:
        quantize(o.out)
    precisions = ["fp32", "int8"] if o.int8 or o.default == "int8" else ["fp32"]
    # The end is [SEP]: BLIP's generate ends at text_config.sep_token_id, not at its eos.
    write_manifest(o.out / "model.json", manifest(
        blip.config, o.out, precisions, o.default, model_id=model_id, name=name, revision=revision, licence="BSD-3-Clause",
        end=blip.config.text_config.sep_token_id, prompt=PROMPT, max_tokens=20, size=blip.config.vision_config.image_size))
    print({p.name: p.stat().st_size for p in sorted(o.out.iterdir())})


if __name__ == "__main__":
    main()
