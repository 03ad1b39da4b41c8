#!/usr/bin/env python3
"""Write the sizes and hashes of the starter's files into models/catalog.json; everything else in it is kept.

Usage: write_catalog.py [MODELS_FOLDER]     (standard library only; run it after build_starter.py)
"""
import hashlib
import json
import pathlib
import sys

models = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2])
path = models / "catalog.json"
catalog = json.loads(path.read_text(encoding="utf-8"))
for model in catalog["models"]:
    for file in model["files"]:
        if file.get("url") or not (models / model["id"]).is_dir():
            continue  # not ours to measure
        data = (models / model["id"] / file["name"]).read_bytes()
        file["bytes"], file["sha256"] = len(data), hashlib.sha256(data).hexdigest()
path.write_text(json.dumps(catalog, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
