"""Makes a large library of a small one, for looks alone: multiply.py LIBRARY FOLDER COUNT.

Every photo of LIBRARY is entered again and again, at other dates and with a vector that lies a little elsewhere, until
there are COUNT; each has a file of its own in FOLDER/more, a hard link to the one it was made of. The library must be closed.
"""

import hashlib
import os
import random
import sqlite3
import struct
import sys
from array import array

library, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
chance = random.Random(7)
index = sqlite3.connect(os.path.join(library, "index.db"))
index.execute("ATTACH ? AS thumbs", (os.path.join(library, "thumbs.db"),))
root, path = index.execute("SELECT id, path FROM folder").fetchone()
assert os.fsdecode(path) == os.path.realpath(folder), path


def columns(table: str) -> list[str]:
    return [name for _, name, *_ in index.execute(f"PRAGMA table_info({table})")]


def again(table: str, row: dict) -> int:
    names = ", ".join(row)
    return index.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values())).lastrowid


def rows(table: str, where: str, *values) -> list[dict]:
    names = [c for c in columns(table) if not (table != "photo" and c == "id")]
    return [dict(zip(names, r)) for r in index.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {where}", values)]


photos = rows("photo", "files > 0")
vectors = {num: struct.unpack(f"<{len(v) // 2}e", v) for num, v in index.execute("SELECT photo, vector FROM embedding")}
paths = {
    num: os.path.join(os.fsdecode(path), os.fsdecode(rel), os.fsdecode(name))
    for num, rel, name in index.execute("SELECT photo, rel, name FROM file JOIN dir ON dir.id = file.dir")
}
noise = [array("f", (chance.gauss(0, 1) for _ in range(len(next(iter(vectors.values())))))) for _ in range(16)]
day, first, last = 86_400, 1_104_537_600, 1_700_000_000  # 2005 to 2023

for part in range((count - len(photos) + 999) // 1000):
    rel = f"more/{part:03d}"
    os.makedirs(os.path.join(folder, rel), exist_ok=True)
    entered = again("dir", {"folder": root, "rel": rel.encode()})
    for k in range(min(1000, count - len(photos) - 1000 * part)):
        of = photos[chance.randrange(len(photos))]
        num, unique = of["num"], 1000 * part + k
        new = {c: v for c, v in of.items() if c != "num"}
        new["id"] = hashlib.sha256(f"{unique}".encode()).digest()
        new["pixel_digest"] = None
        new["files"] = 1
        # More and more photos as the years go by, most of them on a few days.
        new["taken"] = int(first + (last - first) * chance.random() ** 0.6) // (9 * day) * (9 * day) + chance.randrange(day)
        copy = again("photo", new)
        for table, key in (("document", "photo"), ("tag", "photo")):
            for row in rows(table, f"{key} = ?", num):
                again(table, row | {key: copy})
        far, size = noise[unique % len(noise)], 0.012 * (1 + unique % 5)
        vector = [a + size * b for a, b in zip(vectors[num], far)]
        length = sum(x * x for x in vector) ** 0.5
        index.execute(
            "INSERT INTO embedding (model, photo, vector) SELECT model, ?, ? FROM embedding WHERE photo = ?",
            (copy, struct.pack(f"<{len(vector)}e", *(x / length for x in vector)), num),
        )
        for kind, model in ((1, None), (3, 1)):
            index.execute("INSERT INTO change (kind, num, model) VALUES (?, ?, ?)", (kind, copy, model))
        index.execute("INSERT INTO thumbs.thumb (photo, format, bytes) SELECT ?, format, bytes FROM thumbs.thumb WHERE photo = ?", (new["id"], of["id"]))
        name = f"IMG_{unique:05d}{os.path.splitext(paths[num])[1]}"
        link = os.path.join(folder, rel, name)
        os.link(paths[num], link)
        found = os.stat(link)
        again("file", {
            "dir": entered, "name": name.encode(), "ext": name.rsplit(".", 1)[1].lower(), "size": found.st_size,
            "mtime": found.st_mtime_ns, "inode": found.st_ino, "state": 1, "photo": copy,
        })
index.commit()
