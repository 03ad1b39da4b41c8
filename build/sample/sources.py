"""Where the demo photos come from: pictures and their credits out of Debian packages and PyPI wheels.

Pictures are named "package:member". What each package says about author and licence is read from the package itself; where
it says so in prose only (scikit-image, scikit-learn), the sentence is quoted in PROSE beside what follows from it.
"""
import pathlib
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from urllib.parse import unquote

# Licences that a demo photo may have, as the packages spell them -> as CREDITS.md does.
LICENCES = {
    "public domain": "public domain", "cc0-1.0": "CC0 1.0", "cc-by-2.0": "CC BY 2.0", "cc-by-3.0": "CC BY 3.0", "cc-by-4.0": "CC BY 4.0",
    "cc-by-sa-3.0": "CC BY-SA 3.0", "cc-by-sa-4.0": "CC BY-SA 4.0",
}
DEEDS = {
    "public domain": "https://creativecommons.org/publicdomain/mark/1.0/", "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 2.0": "https://creativecommons.org/licenses/by/2.0/", "CC BY 3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/", "CC BY-SA 3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
}
PACKAGES = {
    "gcompris": "Debian gcompris-qt-data 3.1-2", "lomiri-16.04": "Debian lomiri-wallpapers-16.04 20.04.0-2",
    "scikit-image": "PyPI scikit-image 0.26.0", "scikit-learn": "PyPI scikit-learn 1.9.1",
}
# member -> author, licence, source, the sentence in the package that says so
PROSE = {
    "scikit-image:camera.png": ("Lav Varshney", "CC0 1.0", "", "skimage/data/_fetchers.py: No copyright restrictions. CC0 by the photographer (Lav Varshney)."),
    "scikit-image:chelsea.png": ("Stefan van der Walt", "CC0 1.0", "", "skimage/data/_fetchers.py: CC0 by the photographer (Stefan van der Walt)."),
    "scikit-image:coffee.png": ("Rachel Michetti, courtesy of Pikolo Espresso Bar", "CC0 1.0", "", "skimage/data/_fetchers.py: CC0 by the photographer (Rachel Michetti)."),
    "scikit-image:astronaut.png": ("NASA", "public domain", "https://flic.kr/p/r9qvLn", "skimage/data/_fetchers.py: No known copyright restrictions, released into the public domain."),
    "scikit-image:rocket.jpg": ("SpaceX", "public domain", "https://www.flickr.com/photos/spacexphotos/16511594820/", "skimage/data/_fetchers.py: captured by SpaceX and released in the public domain."),
    "scikit-learn:china.jpg": ("danielbuechele", "CC BY 2.0", "https://www.flickr.com/photos/danielbuechele/6061409035/", "sklearn/datasets/images/README.txt"),
    "scikit-learn:flower.jpg": ("vultilion", "CC BY 2.0", "https://www.flickr.com/photos/vultilion/6056698931/",
                                "sklearn/datasets/images/README.txt (its attribution line repeats danielbuechele, its links name vultilion)"),
}


@dataclass(frozen=True)
class Credit:
    author: str
    licence: str  # as LICENCES spells it
    title: str
    source: str  # an address, or ""
    package: str
    note: str = ""


def read_rcc(path):
    """Yield (name, bytes) of each file in a Qt resource file ("qres", version 1 to 3): a tree of 14- or 22-byte nodes, names in
    UTF-16, data behind a 4-byte length and, where flagged, zlib-packed behind another 4 bytes."""
    data = path.read_bytes()
    magic, version, tree, blobs, names = struct.unpack(">4sIIII", data[:20])
    if magic != b"qres":
        raise SystemExit(f"{path} is not a Qt resource file")
    size = 14 if version < 2 else 22

    def walk(index, folder):
        at = tree + index * size
        name_at, flags = struct.unpack(">IH", data[at:at + 6])
        length = struct.unpack(">H", data[names + name_at:names + name_at + 2])[0]
        start = names + name_at + 6
        name = f"{folder}/{data[start:start + 2 * length].decode('utf-16-be')}" if index else ""
        if flags & 2:
            count, first = struct.unpack(">II", data[at + 6:at + 14])
            for child in range(first, first + count):
                yield from walk(child, name)
            return
        blob_at = blobs + struct.unpack(">I", data[at + 10:at + 14])[0]
        blob = data[blob_at + 4:blob_at + 4 + struct.unpack(">I", data[blob_at:blob_at + 4])[0]]
        if flags & 4:
            raise SystemExit(f"{path}: {name} is packed with zstd, which this reader does not know")
        yield name.lstrip("/"), zlib.decompress(blob[4:]) if flags & 1 else blob

    return walk(0, "")


def fields(paragraph):
    """Read "Name: value" lines; lines without a name go on with the field above."""
    found, name = {}, ""
    for line in paragraph.split("\n"):
        m = re.match(r"([A-Z][A-Za-z-]+): ?(.*)", line)
        if m:
            name = m[1]
            found[name] = m[2].strip()
        elif name:
            found[name] += "\n" + line.strip()
    return {k: v.strip() for k, v in found.items()}


def title_of(source):
    """The name of a Wikimedia Commons file without its extension, else the last part of the address."""
    name = unquote(source).rstrip("/").split("File:")[-1].split("/")[-1]
    return re.sub(r"\.\w{3,4}$", "", name).replace("_", " ")


class Sources:
    """The packages: `system` is where Debian packages are unpacked ("/" where they are installed), `wheels` holds the wheels."""

    def __init__(self, system, wheels):
        self.system, self.wheels = pathlib.Path(system), pathlib.Path(wheels)
        self.resources = {}  # activity -> {name: bytes}

    def activity(self, name):
        if name not in self.resources:
            path = self.system / f"usr/share/gcompris-qt/rcc/{name}.rcc"
            self.resources[name] = dict(read_rcc(path))
        return self.resources[name]

    def wheel(self, prefix, member):
        found = sorted(self.wheels.glob(prefix + "-*.whl"))
        if len(found) != 1:
            raise SystemExit(f"{self.wheels} does not hold one wheel of {prefix}")
        return zipfile.ZipFile(found[0]).read(member)

    def picture(self, name):
        """The bytes of a picture."""
        package, member = name.split(":", 1)
        if package == "gcompris":
            return self.activity(member.split("/")[0])["gcompris/src/activities/" + member]
        if package == "lomiri-16.04":
            return (self.system / "usr/share/backgrounds" / member).read_bytes()
        if package == "scikit-image":
            return self.wheel("scikit_image", "skimage/data/" + member)
        return self.wheel("scikit_learn", "sklearn/datasets/images/" + member)

    def credit(self, name):
        """Who made a picture and under which licence it is; ends the program where that is not clearly one of LICENCES."""
        package, member = name.split(":", 1)
        if name in PROSE:
            author, licence, source, note = PROSE[name]
            return Credit(author, licence, title_of(source if "File:" in source else member), source, PACKAGES[package], note)
        found = self.gcompris(member) if package == "gcompris" else self.lomiri(member)
        licence = LICENCES.get(re.sub(r"\s+", "-", found.get("License", "").lower()).replace("public-domain", "public domain"))
        if licence is None or not found.get("Copyright"):
            raise SystemExit(f"{name}: the package does not clearly give a free licence: {found}")
        author = re.sub(r"^©? ?\d{4}[.,]? |, \d{4}$", "", found["Copyright"])
        if author.count('"') == 2 and author[0] == author[-1] == '"':
            author = author[1:-1]
        source = found.get("Source", "")
        title = title_of(source or member.split("_by_")[0])
        return Credit(author, licence, title, source, PACKAGES[package], found.get("Comments", found.get("Comment", "")))

    def gcompris(self, member):
        """The README beside each picture inside the package names it. Debian's copyright file is older than the pictures: it
        still describes the ones that these replaced."""
        folder, file = member.rsplit("/", 1)
        folder = "gcompris/src/activities/" + folder
        files = self.activity(member.split("/")[0])
        while folder.count("/") > 3 and folder + "/README" not in files:
            folder, parent = folder.rsplit("/", 1)
            file = parent + "/" + file
        for paragraph in re.split(r"\n\s*\n", files[folder + "/README"].decode("utf-8")):
            found = fields(paragraph)
            if file in found.get("Files", "").split("\n"):
                return found
        return {}

    def lomiri(self, member):
        text = (self.system / "usr/share/doc/lomiri-wallpapers-16.04/copyright").read_text(encoding="utf-8")
        for paragraph in text.split("\n\n"):
            found = fields(paragraph)
            if found.get("Files") == "16.04/" + member:
                return found
        return {}
