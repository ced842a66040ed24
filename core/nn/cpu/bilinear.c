/* bilinear.c - bilinear upsampling to twice the size, and its gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The definition stands in ops/upsample-bilinear.c. An item of the parallel loops is one row of the
 * result, which its thread gathers; the innermost loops go over channels.
 */

#include "core/nn/cpu/clones.h"
#include "core/nn/cpu/cpu.h"
#include "core/nn/formula.h"

#define N_TARGETS 4 /* outputs of an axis that an input reaches */

typedef struct
{
  const float *from;
  float *to;
  TrpShape small, large;
} Images;

INLINE void
blend (const float *const *from, const float *share, size_t channels, float *y)
{
  INDEPENDENT
  for (size_t c = 0; c < channels; c++)
    y[c] = (share[0] * from[0][c] + share[1] * from[1][c]) +
           (share[2] * from[2][c] + share[3] * from[3][c]);
}

/* A row of y between two of @width pixels, of which the farther has @share. */
CLONES static void
enlarge_row (const float *near, const float *far, float share, int width, size_t channels, float *y)
{
  for (int w = 0; w < 2 * width; w++, y += channels)
    {
      const size_t beside = (size_t) (w / 2) * channels;
      const size_t beyond = (size_t) trp_bilinear_far (w, width) * channels;
      const float across = trp_bilinear_share_f32 (w, width);
      const float *const from[] = { near + beside, near + beyond, far + beside, far + beyond };
      const float shares[] = { (1 - share) * (1 - across), (1 - share) * across,
                               share * (1 - across), share * across };

      blend (from, shares, channels, y);
    }
}

static void
enlarge (size_t begin, size_t end, void *data)
{
  const Images *images = data;
  const TrpShape x = images->small, y = images->large;

  for (size_t i = begin; i < end; i++)
    {
      const int n = (int) (i / (size_t) y.h), h = (int) (i % (size_t) y.h);

      enlarge_row (images->from + trp_shape_index (x, n, h / 2, 0, 0),
                   images->from + trp_shape_index (x, n, trp_bilinear_far (h, x.h), 0, 0),
                   trp_bilinear_share_f32 (h, x.h), x.w, (size_t) x.c,
                   images->to + trp_shape_index (y, n, h, 0, 0));
    }
}

static bool
run_upsample (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpShape y = self->outputs[0];
  Images images = { args->inputs[0], args->outputs[0], self->inputs[0], y };

  trp_cpu_for (self, (size_t) y.n * (size_t) y.h, trp_cpu_chunk_of ((size_t) y.w * (size_t) y.c),
               enlarge, &images);
  return true;
}

const TrpCpuOp trp_cpu_upsample_bilinear = { NULL, NULL, run_upsample };

/* Outputs that input @position of @size reaches; without a share where there are none. */
INLINE void
find_targets (int position, int size, int *out_targets, float *out_shares)
{
  trp_bilinear_targets_f32 (position, size, out_shares);
  for (int i = 0; i < N_TARGETS; i++)
    out_targets[i] = CLAMP (2 * position - 1 + i, 0, 2 * size - 1);
}

/* dx (n, h) from the four rows of dy that it reaches. */
CLONES static void
gather_row (const float *const *rows, const float *down, int width, size_t channels, float *dx)
{
  for (int w = 0; w < width; w++, dx += channels)
    {
      int targets[N_TARGETS];
      float across[N_TARGETS];

      find_targets (w, width, targets, across);
      for (size_t c = 0; c < channels; c++)
        dx[c] = 0;
      for (int r = 0; r < N_TARGETS; r++)
        {
          const float *from[N_TARGETS];

          for (int i = 0; i < N_TARGETS; i++)
            from[i] = rows[r] + (size_t) targets[i] * channels;
          INDEPENDENT
          for (size_t c = 0; c < channels; c++)
            dx[c] += down[r] * ((across[0] * from[0][c] + across[1] * from[1][c]) +
                                (across[2] * from[2][c] + across[3] * from[3][c]));
        }
    }
}

static void
gather (size_t begin, size_t end, void *data)
{
  const Images *images = data;
  const TrpShape x = images->small, y = images->large;

  for (size_t i = begin; i < end; i++)
    {
      const int n = (int) (i / (size_t) x.h), h = (int) (i % (size_t) x.h);
      const float *rows[N_TARGETS];
      float down[N_TARGETS];
      int targets[N_TARGETS];

      find_targets (h, x.h, targets, down);
      for (int r = 0; r < N_TARGETS; r++)
        rows[r] = images->from + trp_shape_index (y, n, targets[r], 0, 0);
      gather_row (rows, down, x.w, (size_t) x.c, images->to + trp_shape_index (x, n, h, 0, 0));
    }
}

static bool
run_upsample_backward (TrpCpuKernel *self, const TrpKernelArgs *args, GError **error)
{
  const TrpShape x = self->outputs[0];
  Images images = { args->inputs[0], args->outputs[0], x, self->inputs[0] };

  trp_cpu_for (self, (size_t) x.n * (size_t) x.h,
               trp_cpu_chunk_of (4 * (size_t) x.w * (size_t) x.c), gather, &images);
  return true;
}

const TrpCpuOp trp_cpu_upsample_bilinear_backward = { NULL, NULL, run_upsample_backward };
