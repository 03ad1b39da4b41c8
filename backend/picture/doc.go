// Package picture turns the bytes of a photo into upright pixels, a thumbnail, metadata and fingerprints, within limits. It
// is linked by decode workers only, which may be ended at any time, by a photo too.
//
// # The way of a photo
//
//   - container says by our own reading which format the bytes are and how large the picture is; what is no photo (SVG, PDF,
//     PNM, scripts, playlists), is larger than the limits, or would make a decoder divide by zero or allocate by claim is
//     refused there. It hands on a copy without metadata (JPEG, PNG, WebP, HEIF), so that no native parser sees any, and
//     of a GIF the first frame alone. Of a RAW file it takes the largest JPEG preview.
//   - metadata reads EXIF, XMP, IPTC and the sidecar.
//   - libvips decodes, by the loader that the format names: its sniffing is never asked and its untrusted loaders are blocked
//     (JPEG XL is let in again: it has been looked at). BMP is our own. A picture whose end is missing is decoded as far
//     as it goes and marked Damaged, where the decoder can: JPEG, PNG, GIF and TIFF; others are refused.
//   - One buffer of 8-bit sRGB, upright, serves all: model inputs (resize, equal to Pillow bit for bit), thumbnail, digest,
//     perceptual hash.
//
// # What always holds
//
//   - Anything wrong with a photo is a *RefusedError with a sentence for people; the process goes on.
//   - The buffer depends on the file alone, never on what a Job asks for: so do the fingerprints.
//   - One photo at a time is in libvips: its error buffer is the process's.
//
// # The buffer
//
// Shrinking while decoding (JPEG by 2, 4 or 8, WebP by any whole factor, others by boxes of whole pixels) goes on only as
// long as both sides stay at least MinSide = 750, about twice the largest model input; for a preview (Job.Preview), as long as its longest side stays that of the
// thumbnail. Nothing else resamples it. Profiles that
// are sane and not sRGB are applied, broken ones ignored; transparency is dropped, so that hidden colours show, as in
// Pillow; 16-bit grey is divided by 257, 16-bit colour keeps its high byte; CMYK without a profile is converted naively.
//
// Measured with the starter model at 384×384 on 26 photos of 4 to 24 megapixels: the cosine of the embeddings of the
// whole photo and of one shrunk to no less than 768 is .9996 or more, mostly above .9999; of those shrunk to between 500
// and 768 the worst was .9992, to 400 .9976; the one of 747 was at .99995.
//
// # Costs
//
// On one thread of the machine that the program was built on, a JPEG of 4000×3000 and 3.2 MB with one input of 384×384 and a
// thumbnail takes 57 ms (17.6 a second): decoding 40, digest 5, thumbnail 5, input 4, hash .1, metadata and structure 1;
// one of 640×480 takes 6. `go test -bench Decode ./backend/picture` prints it. The thumbnail is a JPEG of quality 80:
// 15.9 kB and 1.0 ms on average at 320 pixels; a WebP of quality 70 would be 10.5 kB and 3.6 ms.
//
// Memory above that of an idle process, which is about 36 MiB, without the file's own bytes, measured in MiB: at 12
// megapixels JPEG 20, progressive JPEG 84 (all coefficients are held), PNG 45 (a copy of the file without its texts), TIFF
// 18, WebP 17, HEIC 89, JPEG XL 52; at 100 megapixels JPEG 21, PNG 240, HEIC 630. A progressive JPEG costs 3 to 6 bytes a
// pixel, JPEG XL 5. So the worst that DefaultMaxPixels lets in, a HEIC of 150 megapixels, should take about 950; and very
// long pictures, which cannot be shrunk, 3 bytes a pixel: 600 for one of 200 megapixels.
package picture
