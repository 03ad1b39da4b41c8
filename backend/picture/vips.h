#ifndef PICTURE_VIPS_H
#define PICTURE_VIPS_H

#include <vips/vips.h>

/* The loaders that may be used, by name: libvips' own sniffing is never asked. */
enum { PD_JPEG, PD_PNG, PD_GIF, PD_WEBP, PD_TIFF, PD_HEIF, PD_JXL };

typedef struct {
	/* in */
	const void *data;
	size_t length;
	int loader;
	int shrink;        /* JPEG and WebP: by how much the loader shrinks */
	int min_side;      /* others: shrink by whole boxes, but leave both sides this long */
	int strict;        /* an early end is an error */
	double max_pixels; /* of the picture as the loader sees it */
	/* out */
	int full_width, full_height; /* before min_side's shrinking */
	int width, height;
	unsigned char *pixels; /* width * height * 3; the caller's to free with pd_free */
} pd_picture;

/* Both return 0, or -1 with the reason in libvips' error buffer. */
int pd_decode(pd_picture *p);
int pd_encode_jpeg(void *pixels, int width, int height, int quality, void **out, size_t *length);

void pd_allow_only_known(void);
void pd_free(void *p);

#endif
