//go:build cgo

#include "wide_amd64.h"

#include <immintrin.h>
#include <string.h>

#define WIDE __attribute__((target("avx2")))

enum { PRECISION = 22, SPLIT = 12 };

/* (high << 12) + low + a half, shifted and clipped, of both lanes together: four bytes, of which three count. */
WIDE static inline uint32_t pixel(__m256i high, __m256i low) {
	__m256i both = _mm256_add_epi32(_mm256_slli_epi32(high, SPLIT), low);
	__m128i sum = _mm_add_epi32(_mm256_castsi256_si128(both), _mm256_extracti128_si256(both, 1));
	sum = _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(1 << (PRECISION - 1))), PRECISION);
	sum = _mm_packs_epi32(sum, sum);
	return (uint32_t) _mm_cvtsi128_si32(_mm_packus_epi16(sum, sum));
}

WIDE void resize_rows(uint8_t *out_upper, uint8_t *out_lower, const uint8_t *upper, const uint8_t *lower, long n,
	const int32_t *first, const int32_t *start, const int16_t *weights) {
	/* Bytes of taps 0 and 1 (lower lane), 2 and 3 (upper lane) side by side for each colour, as 16-bit numbers. */
	const __m256i pairs = _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,
		6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
	const __m256i highs = _mm256_setr_epi8(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, -1, -1, -1, -1,
		4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, -1, -1, -1, -1);
	const __m256i lows = _mm256_setr_epi8(8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, -1, -1, -1, -1,
		12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, -1, -1, -1, -1);
	long i;
	for (i = 0; i < n; i++) {
		__m256i uh = _mm256_setzero_si256(), ul = uh, lh = uh, ll = uh;
		const uint8_t *u = upper + 3L * first[i], *l = lower + 3L * first[i];
		int32_t g;
		uint32_t a, b;
		for (g = start[i]; g < start[i + 1]; g++, u += 12, l += 12) {
			__m256i w = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) (weights + 8L * g)));
			__m256i h = _mm256_shuffle_epi8(w, highs), o = _mm256_shuffle_epi8(w, lows);
			__m256i p = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) u)), pairs);
			__m256i q = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) l)), pairs);
			uh = _mm256_add_epi32(uh, _mm256_madd_epi16(p, h));
			ul = _mm256_add_epi32(ul, _mm256_madd_epi16(p, o));
			lh = _mm256_add_epi32(lh, _mm256_madd_epi16(q, h));
			ll = _mm256_add_epi32(ll, _mm256_madd_epi16(q, o));
		}
		a = pixel(uh, ul);
		b = pixel(lh, ll);
		memcpy(out_upper + 3 * i, &a, 3);
		memcpy(out_lower + 3 * i, &b, 3);
	}
}

WIDE static inline __m256i rounded(__m256i high, __m256i low) {
	__m256i sum = _mm256_add_epi32(_mm256_slli_epi32(high, SPLIT), low);
	return _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(1 << (PRECISION - 1))), PRECISION);
}

WIDE static void sixteen(uint8_t *out, const uint8_t *rows, long stride, long taps, const int32_t *weights) {
	__m256i ah = _mm256_setzero_si256(), al = ah, bh = ah, bl = ah;
	__m256i packed;
	long k;
	for (k = 0; k < taps; k += 2) {
		int32_t w0 = weights[k], w1 = k + 1 < taps ? weights[k + 1] : 0;
		const uint8_t *next = k + 1 < taps ? rows + stride : rows;
		__m128i x = _mm_loadu_si128((const __m128i *) rows), y = _mm_loadu_si128((const __m128i *) next);
		__m256i a = _mm256_cvtepu8_epi16(_mm_unpacklo_epi8(x, y)), b = _mm256_cvtepu8_epi16(_mm_unpackhi_epi8(x, y));
		__m256i h = _mm256_set1_epi32((int32_t) (((uint32_t) (w0 >> SPLIT) & 0xffff) | (uint32_t) (w1 >> SPLIT) << 16));
		__m256i l = _mm256_set1_epi32((w0 & 4095) | (w1 & 4095) << 16);
		ah = _mm256_add_epi32(ah, _mm256_madd_epi16(a, h));
		al = _mm256_add_epi32(al, _mm256_madd_epi16(a, l));
		bh = _mm256_add_epi32(bh, _mm256_madd_epi16(b, h));
		bl = _mm256_add_epi32(bl, _mm256_madd_epi16(b, l));
		rows += 2 * stride;
	}
	/* Packing works within lanes; the permutation puts the quarters back in order. */
	packed = _mm256_permute4x64_epi64(_mm256_packs_epi32(rounded(ah, al), rounded(bh, bl)), 0xd8);
	packed = _mm256_packus_epi16(packed, packed);
	_mm_storeu_si128((__m128i *) out, _mm_unpacklo_epi64(_mm256_castsi256_si128(packed), _mm256_extracti128_si256(packed, 1)));
}

WIDE void resize_column(uint8_t *out, const uint8_t *rows, long stride, long n, long taps, const int32_t *weights) {
	long i;
	for (i = 0; i + 16 <= n; i += 16)
		sixteen(out + i, rows + i, stride, taps, weights);
	if (i < n) /* the last ones once more, with those before them */
		sixteen(out + n - 16, rows + n - 16, stride, taps, weights);
}
