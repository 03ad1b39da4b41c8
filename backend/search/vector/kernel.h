#ifndef PIXEL_DETECTIVE_VECTOR_KERNEL_H
#define PIXEL_DETECTIVE_VECTOR_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* The instruction sets that kernel_isa can answer, worst first. */
enum { ISA_SCALAR = 0, ISA_NEON = 1, ISA_AVX2 = 2, ISA_AVX512VNNI = 3 };

/* The best instruction set that this processor and this build have. */
int kernel_isa(void);

/* Dot products of one query with rows of biased codes (code + 128), stride bytes apart (a multiple of 64):
   out[i] = scales[row i] * factor * (dot(codes[row i], query) - bias) + offset. bias is 128 * the sum of the query's codes: it takes the bias
   of the codes out. rows may be NULL: then row i is i, else it is rows[i]. The integers are exact whatever the set. */
void kernel_scan(int isa, const uint8_t *codes, const float *scales, const uint32_t *rows, size_t count, size_t stride,
                 const int8_t *query, int32_t bias, float factor, float offset, float *out);

/* Writes the indices of scores >= threshold to out, in order, and returns their number. skip may be NULL; else a set bit
   i of it leaves score i out. */
size_t kernel_select(const float *scores, const uint64_t *skip, size_t count, float threshold, uint32_t *out);

/* Adds scores to a histogram of bins over [-1, 1] and to sum[0] (sum) and sum[1] (sum of squares). skip as above. */
void kernel_count(const float *scores, const uint64_t *skip, size_t count, uint32_t *bins, size_t bin_count, double *sum);

/* out[i] = dot(axes[i], x) for count axes of dim floats. */
void kernel_project(const float *axes, size_t count, size_t dim, const float *x, float *out);

#endif
