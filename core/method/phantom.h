/* phantom.h - patients that never lived, with known truth
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A kind of phantom (pelvis; head and hip later) is a const table; a patient depends only on (kind,
 * seed, index), bit for bit, whatever the number of threads. One anatomy is rendered as T2-weighted
 * MR and as CT in the same patient space (LPS mm), on grids of their own: MR 256 mm square (it cuts
 * the sides), slices of 3 mm; CT 460 mm, slices of 2 mm; --matrix sets the in-plane spacing of
 * both. Structures are exact on both: a voxel has the label that covers more than half of it. Any
 * thread; loops run on trp_parallel_for.
 *
 * Against the phantom of the calibration (64 pixels of 4 mm, 24 slices of 4 mm, one grid for both):
 * same tissues, spreads, noise, bias and warp; thinner slices over the same 96 mm; MR and CT on
 * grids of their own. Matrices of 64 for MR and 115 for CT give its 4 mm pixels. There, over twenty
 * patients in the body: constant 107-112 HU (calibration 107), falling histogram match 86-87 (89),
 * best paired intensity curve 62-68 (57): no easier.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/structure-set.h"

G_BEGIN_DECLS

#define TRP_PHANTOM_MIN_MATRIX 64
#define TRP_PHANTOM_MAX_MATRIX 512
#define TRP_PHANTOM_MAX_PATIENTS 9999

/* Labels of the pelvis; "in the body" is any label over 0. */
enum
{
  TRP_PELVIS_PROSTATE = 1,
  TRP_PELVIS_BLADDER,
  TRP_PELVIS_RECTUM,
  TRP_PELVIS_FEMORAL_HEADS, /* with neck, trochanter and the shaft's top */
  TRP_PELVIS_BONE,
  TRP_PELVIS_BODY,
};

/**
 * TrpPhantomCase:
 * @mr: int16, arbitrary units
 * @ct: int16 HU
 * @ct_on_mr: int16 HU, the true CT on the MR's grid: no noise, not clipped
 * @mr_labels, @ct_labels: uint8
 */
typedef struct
{
  TrpVolume *mr;
  TrpVolume *ct;
  TrpVolume *ct_on_mr;
  TrpVolume *mr_labels;
  TrpVolume *ct_labels;
} TrpPhantomCase;

void trp_phantom_case_clear (TrpPhantomCase *self);

typedef struct _TrpPhantomKind TrpPhantomKind;

const TrpPhantomKind *const *trp_phantom_list (void); /* NULL-terminated */
const char *trp_phantom_get_name (const TrpPhantomKind *kind);
/* Errors: TRP_ERROR_UNSUPPORTED naming the kinds there are. */
const TrpPhantomKind *trp_phantom_find (const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Name of label @value; NULL beyond the last. */
const char *trp_phantom_get_label_name (const TrpPhantomKind *kind, unsigned value);

/**
 * trp_phantom_make:
 * @index: of the patient, from 0
 * @matrix: pixels along a slice's side, TRP_PHANTOM_MIN_MATRIX to TRP_PHANTOM_MAX_MATRIX
 *
 * Errors: TRP_ERROR_LIMIT for a matrix out of range or want of memory.
 */
bool trp_phantom_make (const TrpPhantomKind *kind,
                       uint64_t seed,
                       unsigned index,
                       size_t matrix,
                       TrpPhantomCase *out_case,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with a matrix for each: 64 and 115 give pixels of 4 mm on both. */
bool trp_phantom_make_matrices (const TrpPhantomKind *kind,
                                uint64_t seed,
                                unsigned index,
                                size_t mr_matrix,
                                size_t ct_matrix,
                                TrpPhantomCase *out_case,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The structures of one of its label volumes, with the kind's names and colours; called "truth".
 * (transfer full) */
TrpStructureSet *trp_phantom_make_structures (const TrpPhantomKind *kind, const TrpVolume *labels);

/**
 * TrpPhantomOptions:
 * @n_patients: 1 to TRP_PHANTOM_MAX_PATIENTS; when @unpaired, of each modality
 * @ct_matrix: of the CT; 0: @matrix
 * @unpaired: MR and CT are of different patients: rows with only one of them
 */
typedef struct
{
  uint64_t seed;
  unsigned n_patients;
  size_t matrix;
  size_t ct_matrix;
  bool unpaired;
} TrpPhantomOptions;

/* Writes volumes, labels.csv and, last, cases.csv into @folder, which is made if need be. Folds 0
 * to 4 in turn. */
bool trp_phantom_write (const TrpPhantomKind *kind,
                        const TrpPhantomOptions *options,
                        const char *folder,
                        TrpProgress *progress,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
