"""What the small captioners' scripts share: pictures, weights, recorded runs, texts of tokens."""
import gzip
import json
import pathlib
import random

import numpy as np
import torch

torch.set_num_threads(2)
torch.manual_seed(0)


def pixels(count, side):
    """A batch that any language can rebuild: ((i × 7919) mod 2003) / 1001 − 1 over the flat index, and picture n darker by (0.4, 0.7, 1)."""
    flat = (np.arange(count * 3 * side * side, dtype=np.int64) * 7919) % 2003
    batch = (flat.astype(np.float32) / np.float32(1001) - np.float32(1)).reshape(count, 3, side, side)
    return batch * np.linspace(0.4, 1.0, count, dtype=np.float32).reshape(count, 1, 1, 1)


def spread(model, seed):
    """Random weights of a larger spread than a new model's, so that different pictures give clearly different texts."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            if p.dim() > 1:
                p.copy_(torch.randn(p.shape, generator=generator) * 2 / p.shape[-1] ** 0.5)
            elif name.endswith("bias"):
                p.copy_(torch.randn(p.shape, generator=generator) * 0.1)
    return model


def runs(generate, end, start, keep_logits):
    """Greedy, 3 and 4 beams; a random model rarely ends by itself, so other ends are tried too."""
    def record(end):
        row = {}
        for beams in (1, 3, 4):
            r = generate(beams, end)
            name = "greedy" if beams == 1 else f"beam{beams}"
            row[name] = r.sequences[0].tolist()
            if beams > 1:
                row[name + "_score"] = float(r.sequences_scores[0])
        return row, r

    row, _ = record(end)
    greedy = generate(1, end)
    logits = torch.stack(greedy.logits)[:, 0].numpy()
    top = np.sort(logits, axis=1)
    row["smallest_margin"] = float((top[:, -1] - top[:, -2]).min())
    assert row["smallest_margin"] > 1e-3, "a greedy choice hangs on rounding: use another seed"
    if keep_logits:
        row["logits"] = [[round(float(x), 5) for x in step[::5]] for step in logits]  # each fifth token's
    others = [t for t in dict.fromkeys(row["greedy"][start + 1:] + row["beam4"][start + 2:]) if t != end]
    row["other_eos"] = {str(t): record(t)[0] for t in others[:4]}
    return row


def write(out, rows, tokenizer, vocabulary, fields):
    chance = random.Random(5)
    texts = []
    for n in range(120):
        ids = [chance.randrange(vocabulary) for _ in range(n % 12)]
        texts.append({"ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=True)})
    value = {**fields, "results": rows, "texts": texts}
    text = json.dumps(value, ensure_ascii=True)
    (out / "goldens.json").write_text(text.replace('{"image"', '\n{"image"').replace('{"ids"', '\n{"ids"') + "\n", encoding="ascii")


def pack(out):
    for path in sorted(pathlib.Path(out).glob("*.onnx")):
        with open(path.with_suffix(".onnx.gz"), "wb") as f, gzip.GzipFile("", "wb", 9, f, mtime=0) as g:
            g.write(path.read_bytes())
        path.unlink()
    print({p.name: p.stat().st_size for p in sorted(out.iterdir())})
