#!/usr/bin/env python3
"""Make the tests' small captioner of the family blip, with goldens by transformers' own generate.

Usage: tiny.py OUT     (OUT is backend/model/encoder/testdata/captions/blip; half a minute)
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import export
import goldens
import torch
from transformers import BertTokenizerFast, BlipConfig, BlipForConditionalGeneration

SIDE, LIMIT = 32, 16
WORDS = ("a the of on in at and with two three red green blue old small large man woman people dog cat bird horse boat bike car "
         "train street beach field table window picture photo sitting standing riding ' s t m n't 've 're . , ? ! - "
         "##s ##ing ##ed ##er ##ly ##n ##'t do is it \u00fcber \u732b").split()
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys(WORDS)]
SEP, BOS = 3, len(VOCABULARY)  # like the real one's, the first token is beyond the file


def build():
    size = dict(hidden_size=16, intermediate_size=24, num_attention_heads=2)
    config = BlipConfig(
        vision_config=dict(image_size=SIDE, patch_size=8, num_hidden_layers=1, attn_implementation="eager", **size),
        text_config=dict(num_hidden_layers=2, vocab_size=BOS + 2, encoder_hidden_size=16, max_position_embeddings=24, bos_token_id=BOS, eos_token_id=2,
                         sep_token_id=SEP, pad_token_id=0, projection_dim=8, **size),
        projection_dim=8)
    return goldens.spread(BlipForConditionalGeneration(config).eval(), 4)


class Seeing(torch.nn.Module):
    """A later step that looks at the picture again, as graphs of others do."""

    def __init__(self, blip):
        super().__init__()
        self.model = blip.text_decoder

    def forward(self, input_ids, encoder_hidden_states, *past):
        out = self.model(input_ids=input_ids, encoder_hidden_states=encoder_hidden_states, past_key_values=tuple(zip(past[::2], past[1::2])),
                         use_cache=True, return_dict=True, is_decoder=True)
        return (out.logits, *[tensor for layer in out.past_key_values for tensor in layer[:2]])


def seeing(blip, out):
    names = [f"{layer}.{kind}" for layer in range(2) for kind in ("key", "value")]
    inputs = {"input_ids": torch.tensor([[9], [9]]), "encoder_hidden_states": torch.randn(2, 17, 16), **{f"past.{n}": torch.randn(2, 2, 3, 8) for n in names}}
    axes = {"input_ids": {0: "batch", 1: "tokens"}, "encoder_hidden_states": {0: "batch", 1: "patches"}, "logits": {0: "batch", 1: "tokens"}}
    axes |= {f"past.{n}": {0: "batch", 2: "past"} for n in names} | {f"present.{n}": {0: "batch", 2: "total"} for n in names}
    export.write_graph(Seeing(blip), out / "text_decoder_past_seeing.onnx", inputs, ["logits", *(f"present.{n}" for n in names)], axes)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    (out / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n", encoding="utf-8")
    blip = build()
    export.export_graphs(blip, out)
    pixels = goldens.pixels(3, SIDE)
    seeing(blip, out)
    rows = []
    for image in range(3):
        for words in ([], [VOCABULARY.index(w) for w in ("a", "picture", "of")]):
            prompt = [BOS, *words]
            one, given = torch.from_numpy(pixels[image:image + 1]), torch.tensor([[*prompt, SEP]])  # generate drops the last

            def generate(beams, end):
                blip.config.text_config.sep_token_id = end
                with torch.no_grad():
                    ids = blip.generate(one, input_ids=given, max_length=LIMIT, num_beams=beams, do_sample=False, return_dict_in_generate=True, output_scores=True, output_logits=True)
                blip.config.text_config.sep_token_id = SEP
                return ids

            row = goldens.runs(generate, SEP, len(prompt), keep_logits=image == 0)
            rows.append({"image": image, "prompt": prompt, **row})
    goldens.write(out, rows, blip_tokenizer(out), BOS, dict(start=BOS, end=SEP, pad=0, side=SIDE, limit=LIMIT))
    export.write_manifest(out / "model.json", export.manifest(
        blip.config, out, ["fp32"], "fp32", model_id="tiny-blip", name="Tiny BLIP", revision="1", licence="MIT", end=SEP,
        prompt=[], max_tokens=LIMIT, size=SIDE))
    goldens.pack(out)


def blip_tokenizer(out):
    return BertTokenizerFast(vocab_file=str(out / "vocab.txt"), clean_up_tokenization_spaces=True)


if __name__ == "__main__":
    main()
