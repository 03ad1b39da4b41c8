#!/usr/bin/env python3
"""alike.py: how the limits of pictures in models/catalog.json (cutoff: like…) treat the photos of alike.json, and what others would do.

Reads the lists and goldens beside it; prints the present limits, a sweep of like and like_slope, and small libraries drawn
from both. Like cutoff.go on exact quantiles. Choose by the tuning half; the other is there to be reported.
pip install numpy==2.*
"""
import gzip, hashlib, json, os
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
read = lambda name: json.load(open(os.path.join(here, name + ".json")))
golden, lists = read("golden"), read("alike")
raw = np.frombuffer(gzip.open(os.path.join(here, "golden.bin.gz")).read(), np.uint8).reshape(-1, 33 * 4 + 1024)
scales = raw[:, :132].copy().view("<f4")
rows = (raw[:, 132:].copy().view(np.int8).reshape(-1, 32, 32) * scales[:, :32, None]).reshape(len(raw), 1024)
rows[:, 1023] = scales[:, 32]
now = next(m for m in json.load(open(os.path.join(here, "../../../models/catalog.json")))["models"] if m["id"] == "starter")["cutoff"]
PRIOR, SAME, ERROR = 5, 0.95, 0.002  # of similar.go
libraries = {}
for name, sample in (("photos", False), ("sample", True)):
    at = [i for i, p in enumerate(golden["photos"]) if p.get("sample", False) == sample]
    files = [golden["photos"][i]["file"] for i in at]

    def matrix(groups):
        out = np.zeros((len(files), len(files)), bool)
        for g in groups:
            k = [files.index(f) for f in g]
            out[np.ix_(k, k)] = True
        return out & ~np.eye(len(files), dtype=bool)

    half = np.array([hashlib.sha256(f.replace("/", "_").encode()).digest()[0] & 1 for f in files])
    libraries[name] = (rows[at] @ rows[at].T, matrix(lists[name]["mates"]), matrix(lists[name]["maybe"]), half)


def measure(name, l, which=None):
    """kept, alone, right, wrong and the number of pictures with and without mates, by half"""
    S, M, Y, half = libraries[name]
    which = np.arange(len(S)) if which is None else which
    S, M, Y, half = S[np.ix_(which, which)], M[np.ix_(which, which)], Y[np.ix_(which, which)], half[which]
    out = [([], [], [], []), ([], [], [], [])]
    for i in range(len(S)):
        others = np.delete(S[i], i)
        q1, median, q3 = np.quantile(others, [0.25, 0.5, 0.75])
        w = len(others) / (len(others) + PRIOR)
        mean = w * median + (1 - w) * l["like_mean"]
        std = max(w * max((q3 - q1) / 1.349, 1 / 4096) + (1 - w) * l["like_std"], l["like_std"] / 4)
        room = max(S[i, i] - mean, 0)
        cut = min(mean + (l["like"] * room * std ** l["like_slope"]) ** (1 / (1 + l["like_slope"])), S[i, i] - max((1 - SAME) * room, ERROR))
        hit = S[i] >= cut
        hit[i] = False
        wrong = hit & ~M[i] & ~Y[i]
        kept, alone, right, count = out[half[i]]
        count.append(wrong.sum())
        if M[i].any():
            kept.append((hit & M[i]).sum() / M[i].sum())
        else:
            alone.append(not hit.any())
            right.append(not wrong.any())
    return out


def line(parts):
    kept, alone, right, count = [sum(p, []) for p in zip(*parts)]
    mean = lambda v: f"{np.mean(v):.3f}" if v else "    –"
    return f"kept {mean(kept)} ({len(kept)})  alone {mean(alone)}  right {mean(right)} ({len(alone)})  wrong {mean(count)}"


def report(head, l):
    print(head)
    for name in libraries:
        tuning, held = measure(name, l)
        print(f"    {name:7} tuning   {line([tuning])}\n            held out {line([held])}")


report("present limits", now)
for slope, likes in ((0, (0.55, 0.6, 0.65)), (0.25, (0.75, 0.8, 0.85)), (0.5, (0.9, 0.95, 1, 1.1)), (1, (1.4, 1.6, 1.8))):
    for like in likes:
        report(f"like {like} like_slope {slope}", now | {"like": like, "like_slope": slope})
random = np.random.default_rng(1)
for size, rounds in ((2, 300), (6, 100), (12, 60), (25, 40), (60, 10)):
    for name in libraries:
        parts = []
        for _ in range(rounds):
            parts += measure(name, now, random.permutation(len(libraries[name][0]))[:size])
        print(f"{size} photos of {name}: {line(parts)}")
