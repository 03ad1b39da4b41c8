#!/usr/bin/env python3
"""Choose and measure the thresholds above which a label becomes a tag.

    tags.py measure                        precision of catalog.json's thresholds on tags_judged.json (no photos needed)
    tags.py tune                           write thresholds and overrides into catalog.json by the rule below
    tags.py check --coco DIR --sample DIR  run the image graph again over the photos at hand and compare the scores

tags_judged.json holds photos and, for each, every label that scored above LOW, with its score and whether a person who
looked at the photo called it right. A label that nobody would miss if it were gone but that is not true (a gorilla called
"bear", a solar panel called "solar dish") counts as wrong; so does everything that could not be made out.

The rule. A label becomes a tag at its kind's threshold, BASE. A label's own threshold is lower where, of the judged photos
that score above it, at least two and at least 95 % are right (never below FLOOR); it is higher, or the label is silent, where
the kind's threshold let wrong tags through. Of WordNet's groups only GROUPS, whose names people use, may become tags, and of
ImageNet's classes not MISLEADING.

Requires numpy, onnxruntime and Pillow for `check` only (requirements.txt).
"""
import argparse
import collections
import json
import math
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parents[1]
JUDGED = HERE / "tags_judged.json"
CATALOG = MODELS / "catalog.json"
LOW = {"coco": .22, "imagenet": .05, "group": .3}
BASE = {"coco": .45, "imagenet": .25, "group": .42}
FLOOR = {"coco": .32, "imagenet": .1, "group": .33}
SILENT = 2  # above every probability
GROUPS = (
    "animal mammal bird dog cat insect snake spider lizard frog crab shark butterfly beetle parrot duck heron monkey elephant bear wolf "
    "fox rabbit lemur guitar piano boat sailboat ship aircraft car truck bus van bicycle locomotive bridge mountain building food fruit "
    "vegetable dessert sandwich bottle bowl basket cabinet clock lamp computer camera telephone chair hat helmet mask shoe bag ball tool "
    "weapon vehicle"
).split() + ["bird of prey", "big cat", "sea turtle", "musical instrument", "kitchen appliance", "place of worship"]
# ImageNet's names that say something else to most people (a bird called kite, the teat of a bottle called nipple), or nothing.
MISLEADING = ["Cardigan", "Egyptian cat", "Madagascar cat", "bell cote", "cock", "crane", "drake", "hook", "kite", "nail", "nipple", "rock beauty"]
FOLDS = 5


def judgements():
    """Yield (number of the photo, name of its set, kind, label, score, right)."""
    for number, (photo, tags) in enumerate(json.loads(JUDGED.read_text(encoding="utf-8"))["photos"].items()):
        for label, (score, right) in tags.items():
            kind, name = label.split("/", 1)
            yield number, photo.split("/")[0], kind, name, score, right


def rule(judged):
    """Thresholds of single labels that differ from their kind's: {(kind, name): threshold}."""
    by_label = collections.defaultdict(list)
    for _, _, kind, name, score, right in judged:
        if kind != "group" or name in GROUPS:
            by_label[kind, name].append((score, right))
    own = {}
    for (kind, name), scores in by_label.items():
        scores.sort(reverse=True)
        lowest, right_so_far = None, 0
        for n, (score, right) in enumerate(scores, 1):
            right_so_far += right
            if score >= FLOOR[kind] and right and right_so_far >= 2 and right_so_far / n >= .95:
                lowest = score
        highest_wrong = max((s for s, right in scores if not right), default=0)
        if lowest is not None:
            threshold = math.floor(lowest * 100) / 100
            below = max((s for s, right in scores if s < lowest and not right), default=0)
            threshold = min(max(threshold, FLOOR[kind], below + .01), lowest)
            own[kind, name] = min(threshold, BASE[kind]) if highest_wrong < BASE[kind] else threshold
        elif highest_wrong >= BASE[kind]:
            own[kind, name] = SILENT if kind == "imagenet" else highest_wrong + .02
    return {label: round(t, 3) for label, t in own.items() if round(t, 3) != BASE[label[0]]}


def given(judged, own):
    return [j for j in judged if (j[2] != "group" or j[3] in GROUPS) and j[4] >= own.get((j[2], j[3]), BASE[j[2]])]


def tune():
    own = rule(judgements())
    overrides = {f"group/{name}": BASE["group"] for name in GROUPS} | {"/".join(label): t for label, t in own.items()}
    overrides |= {f"imagenet/{name}": SILENT for name in MISLEADING}
    catalog = json.loads(CATALOG.read_text(encoding="utf-8"))
    labels = next(m for m in catalog["models"] if m["id"] == "starter")["labels"]
    known = {tuple(line.split("\t")) for line in (MODELS / "starter" / labels["file"]).read_text(encoding="utf-8").splitlines()}
    unknown = [label for label in overrides if tuple(label.split("/", 1)) not in known]
    if unknown:
        raise SystemExit(f"no such labels: {unknown}")
    labels["thresholds"] = BASE | {"group": 1}  # a group is silent unless it has a threshold of its own
    labels["overrides"] = dict(sorted(overrides.items()))
    CATALOG.write_text(json.dumps(catalog, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def figure(name, tags, of):
    right, possible = sum(t[5] for t in tags), sum(j[5] for j in of)
    photos = len({t[0] for t in tags})
    print(f"{name:22} {len(tags):4} tags on {photos:3} photos, {right:3} right, precision {right / len(tags):.3f}; kept {right / possible:.2f} of {possible} right candidates")


def measure():
    labels = next(m for m in json.loads(CATALOG.read_text(encoding="utf-8"))["models"] if m["id"] == "starter")["labels"]
    judged = list(judgements())
    tags = [j for j in judged if j[4] >= labels["overrides"].get(f"{j[2]}/{j[3]}", labels["thresholds"][j[2]])]
    figure("all", tags, judged)
    for column, names in ((2, sorted({j[2] for j in judged})), (1, sorted({j[1] for j in judged}))):
        for name in names:
            figure(("kind " if column == 2 else "set ") + name, [t for t in tags if t[column] == name], [j for j in judged if j[column] == name])
    held_out = []
    for fold in range(FOLDS):
        held_out += given([j for j in judged if j[0] % FOLDS == fold], rule(j for j in judged if j[0] % FOLDS != fold))
    figure("held out", held_out, judged)
    for kind in BASE:
        figure("held out, " + kind, [t for t in held_out if t[2] == kind], [j for j in judged if j[2] == kind])
    print(f"(Held out: thresholds by the same rule from four fifths of the photos, judged on the fifth left out, {FOLDS} times)")


def check(folders):
    """Run the graph over the photos of the sets whose folder is given; complain where a score moved or a label is new."""
    import numpy as np
    import onnxruntime
    from PIL import Image, ImageOps
    names = [tuple(line.split("\t")) for line in (MODELS / "starter/labels.txt").read_text(encoding="utf-8").splitlines()]
    session = onnxruntime.InferenceSession(str(MODELS / "starter/starter_image.onnx"))
    seen, worst, new = 0, 0.0, []
    for photo, tags in json.loads(JUDGED.read_text(encoding="utf-8"))["photos"].items():
        which, file = photo.split("/", 1)
        if not folders.get(which):
            continue
        picture = ImageOps.exif_transpose(Image.open(pathlib.Path(folders[which]) / file)).convert("RGB").resize((384, 384), Image.Resampling.BILINEAR)
        pixels = (np.asarray(picture, np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        scores = session.run(["label_probs"], {"pixel_values": pixels})[0][0]
        now = {"/".join(n): float(s) for n, s in zip(names, scores) if s >= LOW[n[0]] and (n[0] != "group" or n[1] in GROUPS)}
        new += [f"{photo}: {label} {score:.2f}" for label, score in now.items() if label not in tags and score > LOW[label.split("/")[0]] + .01]
        worst = max([worst] + [abs(now.get(label, score) - score) for label, (score, _) in tags.items()])
        seen += 1
    print(f"{seen} photos; scores moved by at most {worst:.4f}; {len(new)} labels nobody judged")
    print("\n".join(new))
    if new or worst > .02 or not seen:
        raise SystemExit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=("measure", "tune", "check"))
    parser.add_argument("--coco", help="folder of COCO val2017 photos")
    parser.add_argument("--sample", default=str(MODELS.parent / "build/sample/photos"), help="folder of the demo photos")
    args = parser.parse_args()
    if args.what == "tune":
        tune()
    elif args.what == "measure":
        measure()
    else:
        check({"coco": args.coco, "sample": args.sample})


if __name__ == "__main__":
    main()
