#include "kernel.h"

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

typedef int32_t (*dot_fn)(const uint8_t *, const int8_t *, size_t);

static int32_t dot_scalar(const uint8_t *row, const int8_t *query, size_t n) {
    int32_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += (int32_t)row[i] * (int32_t)query[i];
    return sum;
}

#if defined(__x86_64__)
/* maddubs would saturate; widening to 16 bits does not. */
__attribute__((target("avx2"))) static int32_t dot_avx2(const uint8_t *row, const int8_t *query, size_t n) {
    __m256i a = _mm256_setzero_si256(), b = _mm256_setzero_si256();
    for (size_t i = 0; i < n; i += 32) {
        __m256i r0 = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(row + i)));
        __m256i q0 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(query + i)));
        __m256i r1 = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(row + i + 16)));
        __m256i q1 = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(query + i + 16)));
        a = _mm256_add_epi32(a, _mm256_madd_epi16(r0, q0));
        b = _mm256_add_epi32(b, _mm256_madd_epi16(r1, q1));
    }
    a = _mm256_add_epi32(a, b);
    __m128i s = _mm_add_epi32(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
    s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1));
    return _mm_cvtsi128_si32(s);
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) static int32_t dot_vnni(const uint8_t *row, const int8_t *query,
                                                                               size_t n) {
    __m512i a = _mm512_setzero_si512(), b = _mm512_setzero_si512();
    size_t i = 0;
    for (; i + 128 <= n; i += 128) {
        a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(row + i), _mm512_loadu_si512(query + i));
        b = _mm512_dpbusd_epi32(b, _mm512_loadu_si512(row + i + 64), _mm512_loadu_si512(query + i + 64));
    }
    if (i < n) a = _mm512_dpbusd_epi32(a, _mm512_loadu_si512(row + i), _mm512_loadu_si512(query + i));
    return _mm512_reduce_add_epi32(_mm512_add_epi32(a, b));
}
#endif

#if defined(__aarch64__)
static int32_t dot_neon(const uint8_t *row, const int8_t *query, size_t n) {
    int32x4_t sum = vdupq_n_s32(0);
    for (size_t i = 0; i < n; i += 16) {
        uint8x16_t r = vld1q_u8(row + i);
        int8x16_t q = vld1q_s8(query + i);
        int16x8_t r0 = vreinterpretq_s16_u16(vmovl_u8(vget_low_u8(r))), r1 = vreinterpretq_s16_u16(vmovl_u8(vget_high_u8(r)));
        int16x8_t q0 = vmovl_s8(vget_low_s8(q)), q1 = vmovl_s8(vget_high_s8(q));
        sum = vmlal_s16(sum, vget_low_s16(r0), vget_low_s16(q0));
        sum = vmlal_s16(sum, vget_high_s16(r0), vget_high_s16(q0));
        sum = vmlal_s16(sum, vget_low_s16(r1), vget_low_s16(q1));
        sum = vmlal_s16(sum, vget_high_s16(r1), vget_high_s16(q1));
    }
    return vaddvq_s32(sum);
}
#endif

int kernel_isa(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
        return ISA_AVX512VNNI;
    if (__builtin_cpu_supports("avx2")) return ISA_AVX2;
#elif defined(__aarch64__)
    return ISA_NEON;
#endif
    return ISA_SCALAR;
}

static dot_fn pick(int isa) {
#if defined(__x86_64__)
    if (isa == ISA_AVX512VNNI) return dot_vnni;
    if (isa == ISA_AVX2) return dot_avx2;
#elif defined(__aarch64__)
    if (isa == ISA_NEON) return dot_neon;
#endif
    (void)isa;
    return dot_scalar;
}

#if defined(__x86_64__)
/* Four rows at a time: one reduction for four sums keeps short rows at the speed of memory. */
__attribute__((target("avx512f,avx512bw,avx512vnni,avx512vl,avx512dq"))) static size_t
scan4_vnni(const uint8_t *codes, const float *scales, const uint32_t *rows, size_t count, size_t stride,
           const int8_t *query, int32_t bias, float factor, float offset, float *out) {
    size_t i = 0;
    const __m128 f = _mm_set1_ps(factor), add = _mm_set1_ps(offset);
    const __m128i b = _mm_set1_epi32(bias);
    for (; i + 4 <= count; i += 4) {
        const uint8_t *r0 = codes + (rows ? rows[i] : i) * stride;
        const uint8_t *r1 = codes + (rows ? rows[i + 1] : i + 1) * stride;
        const uint8_t *r2 = codes + (rows ? rows[i + 2] : i + 2) * stride;
        const uint8_t *r3 = codes + (rows ? rows[i + 3] : i + 3) * stride;
        if (rows && i + 12 <= count)
            for (size_t k = 8; k < 12; k++)
                for (size_t o = 0; o < stride; o += 64) __builtin_prefetch(codes + rows[i + k] * stride + o);
        __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
        for (size_t o = 0; o < stride; o += 64) {
            __m512i q = _mm512_loadu_si512(query + o);
            s0 = _mm512_dpbusd_epi32(s0, _mm512_loadu_si512(r0 + o), q);
            s1 = _mm512_dpbusd_epi32(s1, _mm512_loadu_si512(r1 + o), q);
            s2 = _mm512_dpbusd_epi32(s2, _mm512_loadu_si512(r2 + o), q);
            s3 = _mm512_dpbusd_epi32(s3, _mm512_loadu_si512(r3 + o), q);
        }
        __m256i h0 = _mm256_add_epi32(_mm512_castsi512_si256(s0), _mm512_extracti64x4_epi64(s0, 1));
        __m256i h1 = _mm256_add_epi32(_mm512_castsi512_si256(s1), _mm512_extracti64x4_epi64(s1, 1));
        __m256i h2 = _mm256_add_epi32(_mm512_castsi512_si256(s2), _mm512_extracti64x4_epi64(s2, 1));
        __m256i h3 = _mm256_add_epi32(_mm512_castsi512_si256(s3), _mm512_extracti64x4_epi64(s3, 1));
        __m256i t = _mm256_hadd_epi32(_mm256_hadd_epi32(h0, h1), _mm256_hadd_epi32(h2, h3));
        __m128i d = _mm_add_epi32(_mm256_castsi256_si128(t), _mm256_extracti128_si256(t, 1));
        __m128 scale = rows ? _mm_setr_ps(scales[rows[i]], scales[rows[i + 1]], scales[rows[i + 2]], scales[rows[i + 3]])
                            : _mm_loadu_ps(scales + i);
        _mm_storeu_ps(out + i, _mm_add_ps(_mm_mul_ps(_mm_mul_ps(_mm_cvtepi32_ps(_mm_sub_epi32(d, b)), scale), f), add));
    }
    return i;
}
#endif

void kernel_scan(int isa, const uint8_t *codes, const float *scales, const uint32_t *rows, size_t count, size_t stride,
                 const int8_t *query, int32_t bias, float factor, float offset, float *out) {
    size_t i = 0;
#if defined(__x86_64__)
    if (isa == ISA_AVX512VNNI) i = scan4_vnni(codes, scales, rows, count, stride, query, bias, factor, offset, out);
#endif
    dot_fn dot = pick(isa);
    for (; i < count; i++) {
        size_t row = rows ? rows[i] : i;
        float score = (float)(dot(codes + row * stride, query, stride) - bias) * scales[row] * factor;
        out[i] = score + offset;
    }
}

static int skipped(const uint64_t *skip, size_t i) { return skip && (skip[i >> 6] >> (i & 63) & 1); }

#if defined(__x86_64__)
__attribute__((target("avx512f"))) static size_t select_avx512(const float *scores, const uint64_t *skip, size_t count,
                                                               float threshold, uint32_t *out, size_t *done) {
    size_t n = 0, i = 0;
    const __m512 t = _mm512_set1_ps(threshold);
    for (; i + 16 <= count; i += 16) {
        unsigned m = _mm512_cmp_ps_mask(_mm512_loadu_ps(scores + i), t, _CMP_GE_OQ);
        while (m) {
            size_t k = i + (size_t)__builtin_ctz(m);
            m &= m - 1;
            if (!skipped(skip, k)) out[n++] = (uint32_t)k;
        }
    }
    *done = i;
    return n;
}
#endif

size_t kernel_select(const float *scores, const uint64_t *skip, size_t count, float threshold, uint32_t *out) {
    size_t n = 0, i = 0;
#if defined(__x86_64__)
    if (kernel_isa() == ISA_AVX512VNNI) n = select_avx512(scores, skip, count, threshold, out, &i);
#endif
    for (; i < count; i++)
        if (scores[i] >= threshold && !skipped(skip, i)) out[n++] = (uint32_t)i;
    return n;
}

void kernel_count(const float *scores, const uint64_t *skip, size_t count, uint32_t *bins, size_t bin_count, double *sum) {
    const float half = (float)bin_count / 2, last = (float)(bin_count - 1);
    /* Sixteen partial sums, joined in a fixed order: the compiler may use any vectors, the result stays the same. */
    float s[16] = {0}, ss[16] = {0};
    uint32_t bin[16];
    double sum0 = 0, sum1 = 0;
    size_t i = 0;
    for (; !skip && i + 16 <= count; i += 16) {
        for (size_t k = 0; k < 16; k++) {
            float v = scores[i + k], at = (v + 1) * half;
            s[k] += v;
            ss[k] += v * v;
            at = at > 0 ? at : 0; /* so is what is not a number */
            bin[k] = (uint32_t)(int32_t)(at < last ? at : last);
        }
        for (size_t k = 0; k < 16; k++) bins[bin[k]]++;
    }
    for (; i < count; i++) {
        if (skipped(skip, i)) continue;
        float v = scores[i], at = (v + 1) * half;
        sum0 += v;
        sum1 += (double)v * v;
        at = at > 0 ? at : 0;
        bins[(uint32_t)(int32_t)(at < last ? at : last)]++;
    }
    for (size_t k = 0; k < 16; k++) sum0 += s[k], sum1 += ss[k];
    sum[0] += sum0;
    sum[1] += sum1;
}

/* Sixteen partial sums in a fixed order, as above. */
void kernel_project(const float *axes, size_t count, size_t dim, const float *x, float *out) {
    for (size_t a = 0; a < count; a++) {
        const float *axis = axes + a * dim;
        float s[16] = {0};
        size_t i = 0;
        for (; i + 16 <= dim; i += 16)
            for (size_t k = 0; k < 16; k++) s[k] += axis[i + k] * x[i + k];
        for (; i < dim; i++) s[0] += axis[i] * x[i];
        float t = 0;
        for (size_t k = 0; k < 16; k++) t += s[k];
        out[a] = t;
    }
}
