/* augment.h - random changes of training slices
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A draw depends only on (seed, step, index), never on threads or on what was drawn before; image
 * and labels of one sample go through the same draw. Labels are read nearest, images linearly. The
 * identity draw copies the bits. Any thread.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/**
 * TrpAugment: ranges; all 0 (crop_min 1) changes nothing
 * @flip: left and right swap in half of the draws
 * @rotation_deg: uniform in -r..r about the centre
 * @scale: magnification uniform in 1-s..1+s
 * @shift: of the slice's width and height, uniform in -s..s each way
 * @crop_min: ratio of a random square crop, uniform in crop_min..1, at a random place, blown up to
 * the whole (Liu 2019); 1: off
 * @gain: image values + 1 times uniform 1-g..1+g (network values: -1 is black)
 * @offset: added, uniform -o..o
 * @noise: standard deviation of added Gaussian noise, uniform 0..n
 */
typedef struct
{
  bool flip;
  double rotation_deg;
  double scale;
  double shift;
  double crop_min;
  double gain;
  double offset;
  double noise;
} TrpAugment;

/**
 * TrpAugmentDraw: one outcome
 * @in_from_out: pixel centre of the output to point of the input, both in pixels
 */
typedef struct
{
  double in_from_out[2][3];
  double gain, offset, noise;
  uint64_t noise_seed, noise_stream;
} TrpAugmentDraw;

/**
 * trp_augment_draw:
 * @seed, @step, @index: which sample
 * @in_size, @out_size: width and height; a smaller output is a patch at a random place
 */
TrpAugmentDraw trp_augment_draw (const TrpAugment *self,
                                 uint64_t seed,
                                 uint64_t step,
                                 uint64_t index,
                                 const size_t in_size[2],
                                 const size_t out_size[2]);
/* The middle of the input, nothing else changed. */
TrpAugmentDraw trp_augment_identity (const size_t in_size[2], const size_t out_size[2]);

/* @out: pixel n goes to out[n * stride]; @channel keeps the noise of a sample's channels apart;
 * @outside: beyond the input's edge. Values are clipped to -1..1. */
void trp_augment_image (const TrpAugmentDraw *draw,
                        const float *in,
                        const size_t in_size[2],
                        const size_t out_size[2],
                        float outside,
                        size_t channel,
                        size_t stride,
                        float *out);
void trp_augment_labels (const TrpAugmentDraw *draw,
                         const uint8_t *in,
                         const size_t in_size[2],
                         const size_t out_size[2],
                         uint8_t *out);

G_END_DECLS
