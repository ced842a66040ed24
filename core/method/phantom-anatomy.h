/* phantom-anatomy.h - what a kind of phantom brings: tissues, structures, shapes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Between phantom.c (which lists kinds), phantom-render.c (which knows only these tables) and
 * phantom-pelvis.c. Read by any number of threads.
 */

#pragma once

#include "core/method/phantom-field.h"

G_BEGIN_DECLS

#define TRP_PHANTOM_MAX_TISSUES 20

/**
 * TrpTissue:
 * @label: structure it belongs to; 0 outside the body
 * @share: an earlier tissue whose patient's values it takes (the same bone in two structures), or
 * -1
 * @hu, @hu_spread: mean, and its standard deviation between patients
 * @hu_texture: standard deviation within a patient
 * @mr, @mr_texture: T2-weighted signal relative to urine, and texture as a part of it
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
 * @mr_center: middle of the MR's grid in patient mm
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
  TrpVec3 mr_center;
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
  TRP_PHANTOM_STREAM_STREAKS, /* and those that follow: the anatomy's own fields */
};

static inline uint64_t
trp_phantom_stream (uint64_t kind_id, unsigned index, unsigned purpose)
{
  return kind_id << 48 | (uint64_t) index << 8 | purpose;
}

extern const struct _TrpPhantomKind trp_phantom_pelvis;

G_END_DECLS
