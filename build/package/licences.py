"""Collects the licences of everything inside a package.      usage: python3 licences.py linux|windows FOLDER

Writes FOLDER/copyright, which lists what is inside under which licence, and the full texts in FOLDER/licences/. A part
without a licence text is an error: it must not be shipped.
"""

import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
TEXTS = ("LICENSE", "LICENCE", "COPYING", "NOTICE", "PATENTS")
# ONNX Runtime's notices come with its Python package of the same version; the npm package that the library is from has none.
RUNTIME, RUNTIME_SHA256 = "onnxruntime==1.30.0", "fd54b314ea385bcecac69ab431f020ba503e3878dad4ebb645fec5a24b041242"
LIBVIPS = ROOT / "build" / "runtime" / "windows" / "libvips"


def texts_in(folder):
    return sorted(p for p in folder.iterdir() if p.is_file() and p.name.upper().startswith(TEXTS))


def go_modules(target):
    """Every module that one of the executables links, with its folder."""
    env = {"windows": {"GOOS": "windows", "GOARCH": "amd64", "CGO_ENABLED": "1"}}.get(target, {})
    tags = "sqlite_fts5,desktop,production" + ("" if target == "windows" else ",webkit2_41")
    out = subprocess.run(
        ["go", "list", "-e", "-deps", "-tags", tags, "-f", "{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}", ".", "./backend/cmd/..."],
        cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=True).stdout
    for line in sorted(set(out.splitlines())):
        if line and not line.startswith("pixeldetective\t"):
            path, version, folder = line.split("\t")
            yield f"{path} {version}", texts_in(pathlib.Path(folder))
    go_root = pathlib.Path(subprocess.run(["go", "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip())
    yield "the Go standard library", texts_in(go_root)


def page_packages():
    """Every npm package whose code the page holds: the dependencies and Svelte, with what they need."""
    own = json.loads((FRONTEND / "package.json").read_text("utf-8"))
    wanted, seen = [*own.get("dependencies", {}), "svelte"], set()
    while wanted:
        name = wanted.pop()
        folder = FRONTEND / "node_modules" / name
        if name in seen or not folder.is_dir():
            continue
        seen.add(name)
        package = json.loads((folder / "package.json").read_text("utf-8"))
        if name != "svelte":  # Svelte's own dependencies serve its compiler
            wanted += package.get("dependencies", {})
        texts = texts_in(folder)
        if not texts and package.get("license"):
            texts = [stated(name, package)]
        yield f"{name} {package['version']}", texts


def stated(name, package):
    """For a package that names its licence and brings no text: what it says, as a file."""
    author = package.get("author", "")
    author = author if isinstance(author, str) else author.get("name", "")
    path = pathlib.Path(tempfile.mkdtemp()) / "LICENSE"
    path.write_text(f"{name} {package['version']} is published under the licence {package['license']}. Author: {author or 'see its repository'}.\n", "utf-8")
    return path


def runtime_texts(folder):
    """ONNX Runtime's licence and the notices of what is linked into it."""
    kept = ROOT / "build" / "runtime" / "notices"
    if not (kept / "ThirdPartyNotices.txt").exists():
        with tempfile.TemporaryDirectory() as work:
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--platform", "manylinux_2_28_x86_64",
                            "--python-version", "311", "--implementation", "cp", "--abi", "cp311", RUNTIME, "-d", work], check=True)
            wheel = next(pathlib.Path(work).glob("*.whl")).read_bytes()
        have = hashlib.sha256(wheel).hexdigest()
        if have != RUNTIME_SHA256:
            sys.exit(f"The package {RUNTIME} that was fetched is not the one expected (SHA-256 {have}).")
        kept.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            for name in ("LICENSE", "ThirdPartyNotices.txt"):
                (kept / name).write_bytes(archive.read("onnxruntime/" + name))
    return [kept / "LICENSE", kept / "ThirdPartyNotices.txt"]


def parts(target, folder):
    yield "Pixel Detective", [ROOT / "LICENSE"]
    yield "the starter model (graphs, vocabulary, labels)", [ROOT / "models/starter/LICENSE.txt", ROOT / "models/starter/NOTICE.txt"]
    yield "ONNX Runtime 1.30.0", runtime_texts(folder)
    yield "the font Hanken Grotesk", [FRONTEND / "dist" / "hanken-grotesk-OFL.txt"]
    if target == "windows":
        yield "libvips and the libraries in it (LGPL 3; versions in the text; replace libvips-42.dll by your own build if you like)", [
            LIBVIPS / "README.md", LIBVIPS / "versions.json", *(pathlib.Path("/usr/share/common-licenses") / name for name in ("LGPL-3", "GPL-3"))]
    yield from go_modules(target)
    yield from page_packages()


def main():
    target, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    texts = folder / "licences"
    shutil.rmtree(texts, ignore_errors=True)
    texts.mkdir(parents=True)
    lines, bare = ["Pixel Detective is free software under the Apache License 2.0. What is inside, and under which terms (licences/ holds the texts):", ""], []
    for number, (name, files) in enumerate(parts(target, folder)):
        if not files:
            bare.append(name)
        names = []
        for path in files:
            kept = f"{number:03d}-{path.name}" if path.suffix else f"{number:03d}-{path.name}.txt"
            shutil.copyfile(path, texts / kept)
            names.append("licences/" + kept)
        lines.append(f"{name}: {', '.join(names)}")
    if bare:
        sys.exit("No licence text was found of: " + ", ".join(bare))
    (folder / "copyright").write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
