"""Copies the hostile databases and their part of the manifest from a folder that make_hostile.py wrote: copy.py HOSTILE"""
import json, pathlib, shutil, sys

here = pathlib.Path(__file__).parent / "hostile"
source = pathlib.Path(sys.argv[1])
shutil.rmtree(here, ignore_errors=True)
shutil.copytree(source / "sqlite", here)
manifest = json.loads((source / "manifest.json").read_text())
files = [f for f in manifest["files"] if f["file"].startswith("sqlite/")]
(here / "manifest.json").write_text(json.dumps({"note": manifest["note"], "files": files}, indent=1) + "\n")
