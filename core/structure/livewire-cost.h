/* livewire-cost.h - what it costs an outline to run through a pixel
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Mortensen and Barrett, Intelligent scissors for image composition, SIGGRAPH 1995, and Graph.
 * Models Image Process. 60 (1998) 349: little where the image has an edge that runs the outline's
 * way. Three features of the smoothed slice: the gradient's magnitude, how far the pixel lies from
 * the edge, and the angle between step and edge. The place of the edge is where the magnitude is
 * largest along the gradient (the zero crossing of the second derivative in that direction, Canny
 * 1986) rather than the Laplacian's zero crossing, which bends away at corners; it is known to a
 * part of a pixel, and outlines are moved onto it.
 *
 * Immutable, reference counted, any thread. Pixel (x, y) has its centre at (x, y), as in contour.h;
 * pixels need not be square. Costs are per mm of path, so that paths do not depend on the pixels'
 * size.
 */

#pragma once

#include "core/base/progress.h"
#include "core/structure/contour.h"

G_BEGIN_DECLS

/* About 80 MB for a cost image and a tree. */
#define TRP_LIVEWIRE_MAX_PIXELS (2048u * 2048u)

/* Ways from a pixel to a neighbour and back: along x, along y, along both, against each other. */
enum
{
  TRP_LIVEWIRE_N_WAYS = 4
};

/**
 * TrpLivewireImage: a slice, borrowed
 * @values: height rows of @width; what is not finite lies outside
 * @spacing: mm from pixel to pixel along x and y, > 0
 * @low, @high: values beyond count as these: what the display shows as black and white; @low <
 * @high
 */
typedef struct
{
  const float *values;
  size_t width, height;
  double spacing[2];
  double low, high;
} TrpLivewireImage;

/**
 * TrpLivewireOptions:
 * @scale: standard deviation in mm of the Gaussian that smooths the slice; 0: none
 * @gradient, @distance, @direction: weights of the three features
 * @length: cost of a mm of path on the best of edges, > 0: the larger, the straighter
 */
typedef struct
{
  double scale;
  double gradient;
  double distance;
  double direction;
  double length;
} TrpLivewireOptions;

/* Chosen by hand. Tuning them to the prostates of tests/study/test-livewire.c gains 0.013 Dice
 * there and takes the wire half a pixel off a plain circle, so that was left. */
TrpLivewireOptions trp_livewire_options_default (void);

typedef struct _TrpLivewireCost TrpLivewireCost;

/* Errors: TRP_ERROR_LIMIT for more than TRP_LIVEWIRE_MAX_PIXELS, or without memory;
 * G_IO_ERROR_CANCELLED. @progress: (nullable). */
TrpLivewireCost *trp_livewire_cost_new (const TrpLivewireImage *image,
                                        const TrpLivewireOptions *options,
                                        TrpProgress *progress,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Costs of the caller's own, the same in every direction: @pixels per mm, finite and > 0. Errors:
 * TRP_ERROR_LIMIT. */
TrpLivewireCost *trp_livewire_cost_new_from_pixels (const float *pixels,
                                                    size_t width,
                                                    size_t height,
                                                    const double spacing[2],
                                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrpLivewireCost *trp_livewire_cost_ref (TrpLivewireCost *self);
void trp_livewire_cost_unref (TrpLivewireCost *self);

size_t trp_livewire_cost_get_width (const TrpLivewireCost *self);
size_t trp_livewire_cost_get_height (const TrpLivewireCost *self);
double trp_livewire_cost_get_spacing (const TrpLivewireCost *self, int axis);
/* Per mm, TRP_LIVEWIRE_N_WAYS of them for each pixel. */
const float *trp_livewire_cost_peek (const TrpLivewireCost *self);
/* The largest of them. */
float trp_livewire_cost_get_dearest (const TrpLivewireCost *self);
/* Where the edge lies that pixel (x, y) belongs to: at most a pixel away; the pixel's centre where
 * there is none. */
TrpPoint trp_livewire_cost_get_edge (const TrpLivewireCost *self, size_t x, size_t y);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpLivewireCost, trp_livewire_cost_unref)

G_END_DECLS
