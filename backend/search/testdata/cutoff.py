#!/usr/bin/env python3
"""cutoff.py: how the limits in models/catalog.json (cutoff) treat the queries of this folder, and what others would do.

Reads the lists and goldens beside it; prints the present limits, then a sweep of gate, slope and known, each with the smallest
gate that answers at most LIMIT of the absent queries of the tuning half (both libraries), and the sweep of the cut. Like
cutoff.go but without tags, on exact quantiles. Choose by the columns of the tuning half; the other is there to be reported.
pip install numpy==2.*
"""
import gzip, hashlib, itertools, json, os
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
read = lambda name: json.load(open(os.path.join(here, name + ".json")))
golden = read("golden")
raw = np.frombuffer(gzip.open(os.path.join(here, "golden.bin.gz")).read(), np.uint8).reshape(-1, 33 * 4 + 1024)
scales = raw[:, :132].copy().view("<f4")
rows = (raw[:, 132:].copy().view(np.int8).reshape(-1, 32, 32) * scales[:, :32, None]).reshape(len(raw), 1024)
rows[:, 1023] = scales[:, 32]
n = len(golden["photos"])
vector = dict(zip(golden["texts"], rows[n:]))
now = next(m for m in json.load(open(os.path.join(here, "../../../models/catalog.json")))["models"] if m["id"] == "starter")["cutoff"]
cases = []
for name, sample in (("", False), ("sample_", True)):
    at = [i for i in range(n) if golden["photos"][i].get("sample", False) == sample]
    files, V = [golden["photos"][i]["file"] for i in at], rows[at]
    growth = np.sqrt(np.log(len(V)) / np.log(85))
    for q in read(name + "present") + read(name + "absent"):
        t = vector[q["query"]]
        s = V @ t
        q1, median, q3 = np.quantile(s, [.25, .5, .75])
        weight = len(V) / (len(V) + now["prior"])
        std = max(weight * max((q3 - q1) / 1.349, 1 / 4096) + (1 - weight) * now["std"], now["std"] / 4)
        s = s - weight * median - (1 - weight) * now["mean"]
        from_ = int(now["concepts"])
        share = float(t[from_:] @ t[from_:] / (t @ t))
        agreed = float(V[s.argmax(), from_:] @ t[from_:]) / max(share, 1e-9) ** .5 if share >= .3 else 9
        half = hashlib.sha256(q["query"].encode()).digest()[0] & 1
        cases.append((sample, half, [files.index(f) for f in q.get("files", [])], [files.index(f) for f in q.get("maybe", [])], s, std, share, agreed, growth))


def open_by(c, l):
    s, std, share, agreed, growth = c[4:]
    if agreed < l["confirm"]:
        return -9
    return np.log(max(s.max(), 1e-6) / growth) + l["slope"] * np.log(max(s.max(), 1e-6) / std / growth / l["gate_z"]) - l["known"] * share


def figures(l, which):
    kept, answered, precision, absent = [], [], [], []
    for c in filter(which, cases):
        ok = open_by(c, l) >= np.log(l["gate"])
        if not c[2]:
            absent.append(ok)
            continue
        hit = set(np.where(c[4] >= max(l["low"] * c[8], l["share"] * c[4].max(), l["deviation"] * c[5]))[0]) if ok else set()
        kept.append(np.mean([f in hit for f in c[2]]))
        answered.append(ok)
        if hit:
            precision.append(np.mean([f in c[2] + c[3] for f in hit]))
    kept, answered = np.array(kept), np.array(answered)
    return f"kept {kept.mean():.3f} (answered {answered.mean():.3f}, of those {kept[answered].mean():.3f}) precision {np.mean(precision):.3f} absent {np.mean(absent):.3f}"


def smallest_gate(l, limit):
    scores = sorted((open_by(c, l) for c in cases if not c[2] and c[1] == 0), reverse=True)
    return float(np.exp(scores[int(limit * len(scores))])) * 1.0005


def line(head, l):
    print(f"{head}\n    tuning   {figures(l, lambda c: c[1] == 0)}\n    held out {figures(l, lambda c: c[1] == 1)}")


for sample in (False, True):
    print("present limits,", "demo photos:" if sample else "85 photos:", figures(now, lambda c: c[0] == sample))
line("present limits, both", now)
for limit in (.02, .05, .1):
    l = now | {"gate": smallest_gate(now, limit)}
    line(f"{limit:.2f} of absent queries: gate {l['gate']:.4f}", l)
for slope, known in itertools.product((0, .25, .5, 1), (-.2, 0, .2, .4, .6, .8)):
    l = now | {"slope": slope, "known": known}
    l["gate"] = smallest_gate(l, .05)
    line(f"slope {slope} known {known} gate {l['gate']:.4f}", l)
for low, share, deviation in itertools.product((.035, .04, .045, .05), (.25, .3, .35, .4), (2, 2.5)):
    line(f"low {low} share {share} deviation {deviation}", now | {"low": low, "share": share, "deviation": deviation})
