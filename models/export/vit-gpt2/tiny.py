#!/usr/bin/env python3
"""Make the tests' small captioner of the family vit-gpt2, with goldens by transformers' own generate.

Usage: tiny.py OUT     (OUT is backend/model/encoder/testdata/captions/vit_gpt2; a minute)
"""
import pathlib
import sys

import manifest

manifest.repeatable()
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "blip"))
import goldens
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

SIDE, LIMIT, END = 32, 16, "<|endoftext|>"
SENTENCES = ["a dog and two cats are lying on the beach .", "an old man's boat , isn't it ?", "the women are riding red bikes in the street !",
             "na\u00efve \u00fcber caf\u00e9 \u732b \u72ac \U0001f415 they've we're i'm"]


def tokenizer(out):
    """Byte pairs of our own, trained on the sentences above."""
    t = Tokenizer(models.BPE())
    t.pre_tokenizer, t.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    t.train_from_iterator(SENTENCES, trainers.BpeTrainer(vocab_size=300, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    t.add_special_tokens([END])
    t.save(str(out / "tokenizer.json"), pretty=False)
    return PreTrainedTokenizerFast(tokenizer_object=t, eos_token=END, clean_up_tokenization_spaces=True), t.token_to_id(END)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    words, last = tokenizer(out)
    model = goldens.spread(manifest.captioner(last, SIDE, 16, 1, 2, 8, 24), 3)
    manifest.export_graphs(model, out)
    pixels = goldens.pixels(3, SIDE)
    rows = []
    for image in range(3):
        one = torch.from_numpy(pixels[image:image + 1])

        def generate(beams, end):
            with torch.no_grad():
                return model.generate(one, max_length=LIMIT, num_beams=beams, do_sample=False, eos_token_id=end, pad_token_id=last,
                                      return_dict_in_generate=True, output_scores=True, output_logits=True)

        rows.append({"image": image, "prompt": [last], **goldens.runs(generate, last, 1, keep_logits=image == 0)})
    goldens.write(out, rows, words, last + 1, dict(start=last, end=last, pad=last, side=SIDE, limit=LIMIT))
    manifest.write_manifest(out / "model.json", manifest.manifest(
        out, "fp32", model_id="tiny-vit-gpt2", name="Tiny ViT-GPT2", revision="1", licence="MIT", last=last, side=SIDE, width=16, layers=1, heads=2, max_tokens=LIMIT))
    goldens.pack(out)


if __name__ == "__main__":
    main()
