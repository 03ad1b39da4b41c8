#!/usr/bin/env bash
# Unpacks the Windows installer and looks at what lies where. It does not run it. Usage: check.sh INSTALLER.exe
set -euo pipefail
cd "$(dirname "$0")/../../.."

tree=build/out/windows-unpacked
fail() { echo "package: FAILED: $*" >&2; exit 1; }
rm -rf "$tree"
7z x -y -o"$tree" "$1" >build/out/unpack.log 2>&1 || { tail build/out/unpack.log >&2; fail "the installer cannot be unpacked"; }

for name in pixel-detective.exe pixel-detective-window.exe pixel-detective-worker.exe libvips-42.dll lib/onnxruntime.dll \
  models/catalog.json models/starter/starter_image.onnx models/starter/starter_text.onnx models/starter/vocab.txt models/starter/labels.txt \
  models/starter/LICENSE.txt doc/copyright; do
  [[ -s $tree/$name ]] || fail "$name is not in the installer"
done
imports() { x86_64-w64-mingw32-objdump -p "$tree/$1" | sed -n 's/.*DLL Name: //p' | tr '[:upper:]' '[:lower:]'; }
imports pixel-detective-worker.exe | grep -qx libvips-42.dll || fail "the worker does not link libvips"
for name in pixel-detective.exe pixel-detective-window.exe; do
  if imports "$name" | grep -qE 'vips|onnx'; then fail "$name links a library of the worker"; fi
done
# Whatever an executable links must be part of Windows or lie beside it.
for name in pixel-detective.exe pixel-detective-window.exe pixel-detective-worker.exe; do
  for library in $(imports "$name"); do
    case $library in kernel32.dll | msvcrt.dll | user32.dll | gdi32.dll | shell32.dll | ole32.dll | advapi32.dll | ws2_32.dll | ntdll.dll | api-ms-win-*) ;;
    *) [[ -f $tree/$library ]] || fail "$name needs $library, which is not there" ;; esac
  done
done
subsystem() { x86_64-w64-mingw32-objdump -p "$tree/$1" | sed -n 's/^Subsystem.*(\(.*\))$/\1/p'; }
[[ $(subsystem pixel-detective-window.exe) == *GUI* ]] || fail "the window would open a console"
[[ $(subsystem pixel-detective.exe) == *CUI* ]] || fail "the command line has no console"
python3 - "$tree" <<'PY'
import hashlib, json, pathlib, sys
tree = pathlib.Path(sys.argv[1])
text = (tree / "models/catalog.json").read_text("utf-8")
model = next(m for m in json.loads(text)["models"] if m["stage"] == "starter")
def files(node):
    if isinstance(node, dict):
        if "sha256" in node and ("path" in node or "name" in node):
            yield node
        for v in node.values():
            yield from files(v)
    elif isinstance(node, list):
        for v in node:
            yield from files(v)
seen = 0
for f in files(model):
    path = tree / "models" / "starter" / pathlib.PurePosixPath(f.get("path") or f["name"]).name
    if hashlib.sha256(path.read_bytes()).hexdigest() != f["sha256"]:
        sys.exit(f"package: FAILED: {path.name} is not the file that the catalogue names")
    seen += 1
if seen < 4:
    sys.exit("package: FAILED: the catalogue names too few files")
listed = (tree / "doc/copyright").read_text("utf-8")
for name in ("ONNX Runtime", "libvips", "Hanken Grotesk", "wailsapp/wails", "svelte", "starter model"):
    if name not in listed:
        sys.exit(f"package: FAILED: no licence of {name}")
PY
echo "package: the Windows installer holds what it should, where it should; it was not run"
