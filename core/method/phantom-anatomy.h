/* phantom-anatomy.h - what a kind of phantom brings: tissues, structures, shapes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Between phantom.c (which lists kinds), phantom-render.c (which knows only these tables) and one
 * file per kind: phantom-pelvis.c, phantom-head.c, phantom-hip.c. Read by any number of threads.
 */

#pragma once

#include "core/method/phantom-field.h"

G_BEGIN_DECLS

#define TRP_PHANTOM_MAX_TISSUES 32

/**
 * TrpTissue:
 * @label: structure it belongs to; 0 outside the body
 * @share: an earlier tissue whose patient's values it takes (the same bone in two structures), or
 * -1
 * @hu, @hu_spread: mean, and its standard deviation between patients
 * @hu_texture: standard deviation within a patient
 * @mr, @mr_texture: signal in the kind's weighting, brightest about 1, and texture as a part of it
 */
typedef struct
{
  const char *name;
  unsigned label;
  int share;
  double hu, hu_spread, hu_texture;
  double mr, mr_texture;
} TrpTissue;

typedef struct
{
  const char *name;
  uint8_t red, green, blue;
} TrpPhantomLabel;

/**
 * TrpPhantomKind:
 * @id: keeps the random numbers of kinds apart
 * @labels: of values 1 to @n_labels
 * @tissues: number 0 is air
 * @new_anatomy: shapes of one patient, in canonical mm: x left, y back, z up
 * @classify: tissue at each of @n points; later shapes are painted over earlier ones
 * @pose: how patients differ in size and place
 * @mr_sequence: what the MR is, for its description
 * @mr_center: middle of the MR's grid in patient mm
 * @mr_field_of_view, @ct_field_of_view: sides of the square slices, mm
 * @mr_slices, @ct_slices: slices of 3 mm and of 2 mm; both cover the same length
 * @bias: standard deviation of the logarithm of the MR's bias field
 */
struct _TrpPhantomKind
{
  const char *name;
  uint64_t id;
  size_t n_labels;
  const TrpPhantomLabel *labels;
  size_t n_tissues;
  const TrpTissue *tissues;
  void *(*new_anatomy) (uint64_t seed, uint64_t stream);
  void (*free_anatomy) (void *anatomy);
  void (*classify) (const void *anatomy, const TrpVec3 *points, size_t n, uint8_t *out_tissues);
  const TrpPoseSpread *pose;
  const char *mr_sequence;
  TrpVec3 mr_center;
  double mr_field_of_view, ct_field_of_view;
  size_t mr_slices, ct_slices;
  double bias;
};

/* Streams of random numbers, one per patient and purpose. */
enum
{
  TRP_PHANTOM_STREAM_POSE,
  TRP_PHANTOM_STREAM_SHAPE,
  TRP_PHANTOM_STREAM_TISSUE,
  TRP_PHANTOM_STREAM_GRID,
  TRP_PHANTOM_STREAM_CT_NOISE,
  TRP_PHANTOM_STREAM_MR_NOISE,
  TRP_PHANTOM_STREAM_MR_NOISE_IMAGINARY,
  TRP_PHANTOM_STREAM_BIAS,
  TRP_PHANTOM_STREAM_CT_TEXTURE,
  TRP_PHANTOM_STREAM_MR_TEXTURE,
  TRP_PHANTOM_STREAM_STREAKS,        /* and those that follow: the anatomy's own fields */
  TRP_PHANTOM_STREAM_OBSERVERS = 64, /* two for each observer: reading MR, reading CT */
};

/* The first of the anatomy's own fields beside its shape's stream. */
static inline uint64_t
trp_phantom_stream_of_fields (uint64_t shape_stream)
{
  return shape_stream - TRP_PHANTOM_STREAM_SHAPE + TRP_PHANTOM_STREAM_STREAKS;
}

/* In place of a kind's id: what observers are like, whatever they contour. */
#define TRP_PHANTOM_ID_OBSERVERS 0xFF

static inline uint64_t
trp_phantom_stream (uint64_t kind_id, unsigned index, unsigned purpose)
{
  return kind_id << 48 | (uint64_t) index << 8 | purpose;
}

extern const struct _TrpPhantomKind trp_phantom_pelvis;
extern const struct _TrpPhantomKind trp_phantom_head;
extern const struct _TrpPhantomKind trp_phantom_hip;

G_END_DECLS
