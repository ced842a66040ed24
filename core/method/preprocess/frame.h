/* frame.h - a volume as the stack of square slices that a network sees, and back
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Three steps, each with its way back: axes are permuted and flipped so that slices are axial, left
 * to the right and front on top (LPS order); slices are resampled in their plane to a spacing; then
 * padded or cropped about the centre to the network's size. Slices themselves stay where they are.
 * The last two are one separable resampling: linear, widened to the coarser pixel where it gets
 * coarser (no aliasing), and exactly a copy where the spacing stays. Without a change of spacing,
 * padding and going back gives the same bits; what was cropped away comes back as @outside. Any
 * thread; loops run on trp_parallel_for.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/**
 * TrpFrame: a plain value
 * @input: the volume's own grid
 * @output: the stack's: columns along the patient's axes as closely as the volume's were, same
 * slices
 */
typedef struct
{
  TrpGeometry input;
  TrpGeometry output;
  int axis[3];    /* input axis that output axis n runs along */
  bool flip[3];   /* output axis n runs against it */
  double step[3]; /* output pixel n lies at step * n + start along that axis, in input pixels */
  double start[3];
} TrpFrame;

#define TRP_FRAME_MAX_SIZE 2048

/* The axis of a volume that its axial slices are counted along: the one that runs most closely from
 * the feet to the head, or back. */
int trp_frame_find_slice_axis (const TrpGeometry *geometry);

/**
 * trp_frame_init:
 * @spacing: in the plane, mm; 0: the volume's own
 * @width, @height: of the stack's slices in pixels; 0: as the resampled slices need
 * @multiple: sizes given as 0 are rounded up to whole multiples of this (what strided networks
 * need)
 *
 * Errors: TRP_ERROR_GEOMETRY for a sheared grid, TRP_ERROR_LIMIT for a slice over
 * TRP_FRAME_MAX_SIZE.
 */
bool trp_frame_init (TrpFrame *out_frame,
                     const TrpGeometry *input,
                     double spacing,
                     size_t width,
                     size_t height,
                     size_t multiple,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @values: the input's voxels in their own order; @out_stack: (nz, height, width) of the output */
void trp_frame_apply (const TrpFrame *self, const float *values, float outside, float *out_stack);
/* @stack back onto the input's grid and order; @outside where the stack does not reach */
void trp_frame_undo (const TrpFrame *self, const float *stack, float outside, float *out_values);

/* The same for labels 0 to 255: a voxel gets the label that covers more than half of it, else 0. */
void trp_frame_apply_labels (const TrpFrame *self, const uint8_t *labels, uint8_t *out_stack);
void trp_frame_undo_labels (const TrpFrame *self, const uint8_t *stack, uint8_t *out_labels);

G_END_DECLS
