/* loops-thin.c - convolutions of few channels, see loops.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/cpu/loops.h"

#include "core/nn/cpu/clones.h"

/* Vectors of 8 and 16 lanes, whatever the machine has: the compiler cuts them. Read where they lie,
 * and never passed to functions, whose calling convention would depend on the machine. */
typedef float V8 __attribute__ ((vector_size (32), aligned (4), may_alias));
typedef float V16 __attribute__ ((vector_size (64), aligned (4), may_alias));

#define ADD_LANES_V8(v)                                                                            \
  (((v)[0] + (v)[4]) + ((v)[1] + (v)[5])) + (((v)[2] + (v)[6]) + ((v)[3] + (v)[7]))
#define ADD_LANES_V16(v)                                                                           \
  (((v)[0] + (v)[8]) + ((v)[1] + (v)[9])) + (((v)[2] + (v)[10]) + ((v)[3] + (v)[11])) +            \
    ((((v)[4] + (v)[12]) + ((v)[5] + (v)[13])) + (((v)[6] + (v)[14]) + ((v)[7] + (v)[15])))

#define TILE 8 /* pixels whose sums stay in registers */

/* thin_tile: sums of @n_pixels neighbours (TILE or 1) from pixel @at of the rows, taps @first to
 * @end. */
#define DEFINE_THIN(V)                                                                             \
  INLINE void thin_tile_##V (const TrpLoopThin *thin, int at, int n_pixels, int first, int end,    \
                             size_t step, float *y)                                                \
  {                                                                                                \
    const size_t c = thin->channels;                                                               \
    V sums[TILE] = { 0 };                                                                          \
                                                                                                   \
    for (int r = 0; r < thin->n_rows; r++)                                                         \
      {                                                                                            \
        const float *x = thin->x + ((size_t) (r * thin->width) + (size_t) (at + first)) * c;       \
        const float *w = thin->weights + (size_t) (r * thin->n_taps + first) * c;                  \
        const size_t count = (size_t) (end - first) * c;                                           \
                                                                                                   \
        for (size_t i = 0; i < count; i += sizeof (V) / sizeof (float))                            \
          for (int j = 0; j < n_pixels; j++)                                                       \
            sums[j] += *(const V *) (x + (size_t) j * c + i) * *(const V *) (w + i);               \
      }                                                                                            \
    for (int j = 0; j < n_pixels; j++)                                                             \
      y[(size_t) j * step] = thin->bias + (ADD_LANES_##V (sums[j]));                               \
  }                                                                                                \
                                                                                                   \
  INLINE void thin_row_##V (const TrpLoopThin *thin, int n, size_t step, float *y)                 \
  {                                                                                                \
    for (int i = 0; i < n;)                                                                        \
      {                                                                                            \
        const int at = i - thin->left, first = CLAMP (-at, 0, thin->n_taps);                       \
        const int end = CLAMP (thin->width - at, first, thin->n_taps);                             \
                                                                                                   \
        if (first == 0 && i + TILE <= n && at + TILE - 1 + thin->n_taps <= thin->width)            \
          {                                                                                        \
            thin_tile_##V (thin, at, TILE, 0, thin->n_taps, step, y + (size_t) i * step);          \
            i += TILE;                                                                             \
            continue;                                                                              \
          }                                                                                        \
        thin_tile_##V (thin, at, 1, first, end, step, y + (size_t) i * step);                      \
        i++;                                                                                       \
      }                                                                                            \
  }                                                                                                \
                                                                                                   \
  INLINE void thin_filter_##V (const float *x, const float *dy, size_t n, size_t c, int n_taps,    \
                               float *sums)                                                        \
  {                                                                                                \
    for (size_t i = 0; i < c; i += sizeof (V) / sizeof (float))                                    \
      {                                                                                            \
        V taps[TRP_LOOP_MAX_TAPS];                                                                 \
                                                                                                   \
        for (int s = 0; s < n_taps; s++)                                                           \
          taps[s] = *(const V *) (sums + (size_t) s * c + i);                                      \
        for (size_t w = 0; w < n; w++)                                                             \
          for (int s = 0; s < n_taps; s++)                                                         \
            taps[s] += *(const V *) (x + w * c + i) * dy[w + (size_t) (n_taps - 1 - s)];           \
        for (int s = 0; s < n_taps; s++)                                                           \
          *(V *) (sums + (size_t) s * c + i) = taps[s];                                            \
      }                                                                                            \
  }

DEFINE_THIN (V8)
DEFINE_THIN (V16)

CLONES void
trp_loop_thin_row (const TrpLoopThin *thin, int n, size_t step, float *y)
{
  if (thin->channels % 16 == 0)
    thin_row_V16 (thin, n, step, y);
  else
    thin_row_V8 (thin, n, step, y);
}

CLONES void
trp_loop_thin_filter (const float *x, const float *dy, size_t n, size_t c, int n_taps, float *sums)
{
#define FILTER(taps)                                                                               \
  if (c % 16 == 0)                                                                                 \
    thin_filter_V16 (x, dy, n, c, taps, sums);                                                     \
  else                                                                                             \
    thin_filter_V8 (x, dy, n, c, taps, sums)
  switch (n_taps)
    {
    case 7:
      FILTER (7);
      break;
    case 4:
      FILTER (4);
      break;
    case 3:
      FILTER (3);
      break;
    default:
      FILTER (n_taps);
    }
#undef FILTER
}
