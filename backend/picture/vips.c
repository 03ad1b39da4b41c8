#include "vips.h"

#include <string.h>

void pd_allow_only_known(void) {
	/* JPEG XL counts as untrusted in 8.14; it is judged by its header and runs in a sandbox like the others. */
	vips_block_untrusted_set(TRUE);
	vips_operation_block_set("VipsForeignLoadJxl", FALSE);
}

void pd_free(void *p) { g_free(p); }

static int load(const pd_picture *p, VipsImage **out) {
	void *data = (void *) p->data;
	VipsFailOn fail = p->strict ? VIPS_FAIL_ON_TRUNCATED : VIPS_FAIL_ON_NONE;
	VipsAccess access = VIPS_ACCESS_SEQUENTIAL;
	switch (p->loader) {
	case PD_JPEG:
		return vips_jpegload_buffer(data, p->length, out, "shrink", p->shrink, "fail_on", fail, "access", access, NULL);
	case PD_PNG:
		return vips_pngload_buffer(data, p->length, out, "fail_on", fail, "access", access, NULL);
	case PD_GIF:
		return vips_gifload_buffer(data, p->length, out, "fail_on", fail, "access", access, NULL);
	case PD_WEBP:
		return vips_webpload_buffer(data, p->length, out, "scale", 1.0 / p->shrink, "fail_on", fail, "access", access, NULL);
	case PD_TIFF:
		return vips_tiffload_buffer(data, p->length, out, "fail_on", fail, "access", access, NULL);
	case PD_HEIF:
		return vips_heifload_buffer(data, p->length, out, "fail_on", fail, "access", access, NULL);
	case PD_JXL:
		return vips_jxlload_buffer(data, p->length, out, "fail_on", fail, "access", access, NULL);
	}
	vips_error("picture", "unknown loader");
	return -1;
}

/* Replaces *image by what a call made of it. */
static int step(VipsImage **image, int rc, VipsImage *made) {
	if (rc)
		return -1;
	g_object_unref(*image);
	*image = made;
	return 0;
}

static int keep_bands(VipsImage **image, int n) {
	VipsImage *made = NULL;
	int rc;
	if ((*image)->Bands == n)
		return 0;
	rc = vips_extract_band(*image, &made, 0, "n", n, NULL);
	return step(image, rc, made);
}

/* Colours only: what is transparent shows, as Pillow's convert("RGB") has it. */
static int drop_alpha(VipsImage **image) {
	int bands = (*image)->Bands;
	if ((*image)->Type == VIPS_INTERPRETATION_CMYK && bands >= 4)
		return keep_bands(image, 4);
	return keep_bands(image, bands >= 3 ? 3 : 1);
}

static int shrink_boxes(VipsImage **image, int min_side) {
	VipsImage *made = NULL;
	int n = VIPS_MIN((*image)->Xsize, (*image)->Ysize) / min_side;
	int rc;
	if (n < 2)
		return 0;
	rc = vips_shrink(*image, &made, n, n, NULL);
	return step(image, rc, made);
}

static gboolean contains(const unsigned char *data, size_t n, const char *what, size_t m) {
	size_t i;
	for (i = 0; i + m <= n; i++)
		if (data[i] == (unsigned char) what[0] && !memcmp(data + i, what, m))
			return TRUE;
	return FALSE;
}

/* A profile that is what it says it is, and not plain sRGB, which needs no work. */
static gboolean profile_counts(VipsImage *image) {
	const unsigned char *b;
	const void *data;
	size_t n;
	int bands = image->Bands;
	if (!vips_image_get_typeof(image, VIPS_META_ICC_NAME) || vips_image_get_blob(image, VIPS_META_ICC_NAME, &data, &n) || n < 132)
		return FALSE;
	b = data;
	if ((((size_t) b[0] << 24) | (b[1] << 16) | (b[2] << 8) | b[3]) != n || memcmp(b + 36, "acsp", 4))
		return FALSE;
	if (memcmp(b + 16, bands == 1 ? "GRAY" : bands == 3 ? "RGB " : "CMYK", 4))
		return FALSE;
	return !contains(b, n, "sRGB", 4) && !contains(b, n, "s\0R\0G\0B", 7);
}

static int import_profile(VipsImage **image) {
	VipsImage *made = NULL;
	VipsImage *memory;
	if (!profile_counts(*image))
		return 0;
	/* In memory first: a profile that fails must not cost the picture, which can be read only once. */
	if (!(memory = vips_image_copy_memory(*image)))
		return -1;
	step(image, 0, memory);
	if (vips_icc_transform(*image, &made, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_PERCEPTUAL, "black_point_compensation", TRUE, NULL)) {
		vips_error_clear();
		return 0;
	}
	if (!(memory = vips_image_copy_memory(made))) {
		g_object_unref(made);
		vips_error_clear();
		return 0;
	}
	g_object_unref(made);
	return step(image, 0, memory);
}

/* CMYK without a profile: each ink takes its part of the light away. */
static int naive_cmyk(VipsImage **image) {
	VipsImage *in, *made;
	int x, y, c;
	if (!(in = vips_image_copy_memory(*image)))
		return -1;
	made = vips_image_new_memory();
	vips_image_init_fields(made, in->Xsize, in->Ysize, 3, VIPS_FORMAT_UCHAR, VIPS_CODING_NONE, VIPS_INTERPRETATION_sRGB, 1, 1);
	if (vips_image_write_prepare(made)) {
		g_object_unref(in);
		g_object_unref(made);
		return -1;
	}
	for (y = 0; y < in->Ysize; y++) {
		const VipsPel *p = VIPS_IMAGE_ADDR(in, 0, y);
		VipsPel *q = VIPS_IMAGE_ADDR(made, 0, y);
		for (x = 0; x < in->Xsize; x++, p += 4)
			for (c = 0; c < 3; c++)
				*q++ = ((255 - p[c]) * (255 - p[3]) + 127) / 255;
	}
	g_object_unref(in);
	return step(image, 0, made);
}

/* To 8 bits: grey by value / 257, colour by its high byte; both as the nearest programs show them. */
static int to_bytes(VipsImage **image) {
	VipsImage *made = NULL;
	int rc = 0;
	if ((*image)->BandFmt == VIPS_FORMAT_UCHAR)
		return 0;
	if ((*image)->BandFmt == VIPS_FORMAT_USHORT && (*image)->Bands == 1)
		rc = vips_linear1(*image, &made, 1.0 / 257, 0, "uchar", TRUE, NULL);
	else if ((*image)->BandFmt == VIPS_FORMAT_USHORT)
		rc = vips_cast(*image, &made, VIPS_FORMAT_UCHAR, "shift", TRUE, NULL);
	else
		return 0; /* floats and others are the colour space's to convert */
	return step(image, rc, made);
}

static int to_srgb(VipsImage **image) {
	VipsImage *made = NULL;
	VipsInterpretation guess;
	int rc;
	if ((*image)->BandFmt == VIPS_FORMAT_UCHAR && ((*image)->Bands == 1 || (*image)->Bands == 3) &&
		(*image)->Type != VIPS_INTERPRETATION_LAB && (*image)->Type != VIPS_INTERPRETATION_YXY) {
		if ((*image)->Bands == 3)
			return 0;
		VipsImage *three[3] = {*image, *image, *image};
		rc = vips_bandjoin(three, &made, 3, NULL);
		return step(image, rc, made);
	}
	guess = vips_image_guess_interpretation(*image);
	rc = vips_copy(*image, &made, "interpretation", guess, NULL);
	if (step(image, rc, made))
		return -1;
	made = NULL;
	rc = vips_colourspace(*image, &made, VIPS_INTERPRETATION_sRGB, NULL);
	if (step(image, rc, made) || keep_bands(image, 3))
		return -1;
	made = NULL;
	rc = vips_cast(*image, &made, VIPS_FORMAT_UCHAR, NULL);
	return step(image, rc, made);
}

static int convert(VipsImage **image, const pd_picture *p) {
	VipsImage *made = NULL;
	if ((*image)->Coding != VIPS_CODING_NONE) {
		vips_error("picture", "unsupported coding");
		return -1;
	}
	if (drop_alpha(image))
		return -1;
	if (p->loader != PD_JPEG && p->loader != PD_WEBP && shrink_boxes(image, p->min_side))
		return -1;
	if (import_profile(image) || to_bytes(image))
		return -1;
	if ((*image)->Bands == 4) {
		if ((*image)->BandFmt != VIPS_FORMAT_UCHAR) {
			int rc = vips_cast(*image, &made, VIPS_FORMAT_UCHAR, NULL);
			if (step(image, rc, made))
				return -1;
		}
		return naive_cmyk(image);
	}
	return to_srgb(image);
}

int pd_decode(pd_picture *p) {
	VipsImage *image = NULL;
	size_t length = 0;
	int rc = -1;
	vips_error_clear();
	if (load(p, &image))
		goto end;
	p->full_width = image->Xsize;
	p->full_height = image->Ysize;
	if ((double) image->Xsize * image->Ysize > p->max_pixels) {
		vips_error("picture", "the decoder sees %d x %d pixels, which is over the limit", image->Xsize, image->Ysize);
		goto end;
	}
	if (convert(&image, p))
		goto end;
	if (image->Bands != 3 || image->BandFmt != VIPS_FORMAT_UCHAR) {
		vips_error("picture", "unsupported kind of colour");
		goto end;
	}
	p->width = image->Xsize;
	p->height = image->Ysize;
	if (!(p->pixels = vips_image_write_to_memory(image, &length)))
		goto end;
	rc = 0;
end:
	if (image)
		g_object_unref(image);
	vips_thread_shutdown();
	return rc;
}

static VipsImage *wrap(void *pixels, int width, int height) {
	VipsImage *in = vips_image_new_from_memory(pixels, (size_t) width * height * 3, width, height, 3, VIPS_FORMAT_UCHAR);
	VipsImage *out = NULL;
	if (!in)
		return NULL;
	if (vips_copy(in, &out, "interpretation", VIPS_INTERPRETATION_sRGB, NULL))
		out = NULL;
	g_object_unref(in);
	return out;
}

int pd_encode_jpeg(void *pixels, int width, int height, int quality, void **out, size_t *length) {
	VipsImage *image = wrap(pixels, width, height);
	int rc;
	if (!image)
		return -1;
	rc = vips_jpegsave_buffer(image, out, length, "Q", quality, "optimize_coding", TRUE, "strip", TRUE, NULL);
	g_object_unref(image);
	vips_thread_shutdown();
	return rc;
}
