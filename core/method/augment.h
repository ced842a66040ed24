/* augment.h - random changes of training slices
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A draw depends only on (seed, step, index), never on threads or on what was drawn before; image
 * and labels of one sample go through the same draw. Labels are read nearest, images linearly. The
 * identity draw copies the bits. A range of 0 takes nothing from the others' random numbers, so
 * what a recipe does not name stays the same bits when it names more. Any thread.
 *
 * Order for an image: geometry (flips, quarter turns, crop, scale, rotation, shift, elastic) in one
 * gathering; sharpness; gamma; bias and gain; offset; noise; clipped to -1..1.
 */

#pragma once

#include "core/base/error.h"

G_BEGIN_DECLS

/**
 * TrpAugment: ranges; all 0 (crop_min 1) changes nothing
 * @flip: left and right swap in half of the draws
 * @flip_vertical: front and back likewise
 * @quarter_turns: by 0, 90, 180 or 270 degrees, equally often
 * @rotation_deg: uniform in -r..r about the centre
 * @scale: magnification uniform in 1-s..1+s
 * @shift: of the slice's width and height, uniform in -s..s each way
 * @crop_min: ratio of a random square crop, uniform in crop_min..1, at a random place, blown up to
 * the whole (Liu 2019); 1: off
 * @crop_fixed: the ratio is always crop_min (0.895: 256 of 286 pixels as in pytorch-CycleGAN)
 * @elastic: standard deviation of a smooth random displacement each way, pixels, uniform 0..e
 * @elastic_grid: pixels between its control points
 * @gain: image values + 1 times uniform 1-g..1+g (network values: -1 is black)
 * @offset: added, uniform -o..o
 * @gamma: exponent of (value + 1) / 2, (1 + g)^t with t uniform in -1..1
 * @bias: standard deviation over the slice of the logarithm of a smooth field that multiplies
 * value + 1, like an MR's, uniform 0..b; the logarithm's mean is 0
 * @sharpness: s uniform in -s..s times the difference from a Gaussian blur of 1 pixel is added: -1
 * is that blur, 1 sharpens
 * @noise: standard deviation of added Gaussian noise, uniform 0..n
 */
typedef struct
{
  bool flip;
  bool flip_vertical;
  bool quarter_turns;
  double rotation_deg;
  double scale;
  double shift;
  double crop_min;
  bool crop_fixed;
  double elastic;
  double elastic_grid;
  double gain;
  double offset;
  double gamma;
  double bias;
  double sharpness;
  double noise;
} TrpAugment;

/**
 * TrpAugmentDraw: one outcome
 * @in_from_out: pixel centre of the output to point of the input, both in pixels; what is elastic
 * comes on top
 * @elastic, @bias: standard deviations; their fields are made from @field_stream and @field_index
 * @log_gamma: of the exponent
 */
typedef struct
{
  double in_from_out[2][3];
  double elastic, elastic_grid;
  double gain, offset, noise;
  double log_gamma, bias, sharpness;
  uint64_t noise_seed, noise_stream;
  uint64_t field_stream, field_index;
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
/* What it shows is a mirrored patient: an odd number of flips. */
bool trp_augment_is_mirrored (const TrpAugmentDraw *draw);
/* The middle of the input, nothing else changed. */
TrpAugmentDraw trp_augment_identity (const size_t in_size[2], const size_t out_size[2]);

/* Where in the input the output's pixel (x, y) is read: with what is elastic. For tests and
 * pictures; one pixel at a time is slow. */
void trp_augment_map (
  const TrpAugmentDraw *draw, const size_t out_size[2], size_t x, size_t y, double out_point[2]);

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
