#ifndef RESIZE_WIDE_H
#define RESIZE_WIDE_H

#include <stdint.h>

/* Both need AVX2.

   resize_rows makes n positions of two rows. Position i takes groups start[i] to start[i + 1] of weights, each of four taps, and
   its first tap is pixel first[i] of upper and lower. A group is eight 16-bit numbers: four weights' upper parts (w >> 12),
   then their lower ones (w & 4095). 16 bytes are read at each group's first pixel. */
void resize_rows(uint8_t *out_upper, uint8_t *out_lower, const uint8_t *upper, const uint8_t *lower, long n,
	const int32_t *first, const int32_t *start, const int16_t *weights);

/* resize_column makes one row of n >= 16 values out of taps rows that lie stride bytes apart. */
void resize_column(uint8_t *out, const uint8_t *rows, long stride, long n, long taps, const int32_t *weights);

#endif
