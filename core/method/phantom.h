/* phantom.h - patients that never lived, with known truth
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A kind of phantom is a const table; a patient depends only on (kind, seed, index), bit for bit,
 * whatever the number of threads. One anatomy is rendered as MR and as CT in the same patient space
 * (LPS mm), on grids of their own with slices of 3 mm and 2 mm; --matrix sets the in-plane spacing
 * of both. Structures are exact on both: a voxel has the label that covers more than half of it.
 * Any thread; loops run on trp_parallel_for.
 *
 *   kind    MR           slices of   length   after
 *   pelvis  T2-weighted  256 mm      96 mm    Liu 2019: male pelvis, the MR cuts the sides
 *   head    T2-weighted  256 mm      216 mm   Kieselmann 2021: neck to vertex, parotids
 *   hip     T1-weighted  360 mm      192 mm   Hiasa 2018: both hips, a bias field that needs N4
 *
 * The pelvis against the phantom of the calibration (64 pixels of 4 mm, 24 slices of 4 mm, one grid
 * for both): same tissues, spreads, noise, bias and warp; thinner slices over the same 96 mm; MR
 * and CT on grids of their own. Matrices of 64 for MR and 115 for CT give its 4 mm pixels. There,
 * over twenty patients in the body: constant 107-112 HU (calibration 107), falling histogram match
 * 86-87 (89), best paired intensity curve 62-68 (57): no easier. At a matrix of 64, ten patients:
 * head 167, 220, 154 (bone and air are alike on MR); hip 117, 113, 82.
 */

#pragma once

#include "core/base/progress.h"
#include "core/image/volume.h"
#include "core/structure/structure-set.h"

G_BEGIN_DECLS

#define TRP_PHANTOM_MIN_MATRIX 64
#define TRP_PHANTOM_MAX_MATRIX 512
#define TRP_PHANTOM_MAX_PATIENTS 9999
#define TRP_PHANTOM_MAX_OBSERVERS 16
#define TRP_PHANTOM_MAX_OBSERVER_ERROR 20 /* mm */

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

/* Left and right are the patient's: left is +x. */
enum
{
  TRP_HEAD_PAROTID_LEFT = 1,
  TRP_HEAD_PAROTID_RIGHT,
  TRP_HEAD_BRAIN, /* all that the skull holds: with CSF and brain stem */
  TRP_HEAD_BONE,  /* with teeth and the mastoid's cells */
  TRP_HEAD_AIR_WAYS,
  TRP_HEAD_BODY,
};

/* Both sides in one label each. */
enum
{
  TRP_HIP_PELVIS = 1, /* with the sacrum */
  TRP_HIP_FEMUR,
  TRP_HIP_GLUTEUS_MEDIUS,
  TRP_HIP_GLUTEUS_MINIMUS,
  TRP_HIP_BODY,
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
 * TrpPhantomOptions:
 * @n_patients: 1 to TRP_PHANTOM_MAX_PATIENTS; when @unpaired, of each modality
 * @matrix: pixels along a slice's side, TRP_PHANTOM_MIN_MATRIX to TRP_PHANTOM_MAX_MATRIX
 * @ct_matrix: of the CT; 0: @matrix. For the pelvis 64 and 115 give pixels of 4 mm on both
 * @unpaired: MR and CT are of different patients: rows with only one of them
 * @without_bias: the MR's bias field is left out; all else stays the same, so that the quotient of
 * both MRs is the field
 * @n_observers: further readings of each patient's structures, 0 to TRP_PHANTOM_MAX_OBSERVERS
 * @observer_error: of them, mm (core/method/phantom-observer.h)
 * @replace: trp_phantom_write() may write over what is in the folder
 */
typedef struct
{
  uint64_t seed;
  unsigned n_patients;
  size_t matrix;
  size_t ct_matrix;
  bool unpaired;
  bool without_bias;
  unsigned n_observers;
  double observer_error;
  bool replace;
} TrpPhantomOptions;

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

/* The same with all that @options say of one patient; those of the set are passed over. */
bool trp_phantom_make_as (const TrpPhantomKind *kind,
                          const TrpPhantomOptions *options,
                          unsigned index,
                          TrpPhantomCase *out_case,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The structures of one of its label volumes, with the kind's names and colours; called "truth".
 * (transfer full) */
TrpStructureSet *trp_phantom_make_structures (const TrpPhantomKind *kind, const TrpVolume *labels);

/**
 * trp_phantom_write:
 * @folder: made if need be
 *
 * Writes volumes, labels.csv, cases.csv and, last, phantom.txt (which phantom this is). Folds 0 to
 * 4 in turn. With observers the list has the columns mr_observer_1, ct_observer_1, ... A list that
 * is going to be replaced is gone before its first volume is, so that none ever names volumes of
 * another phantom.
 *
 * Errors: TRP_ERROR_IO unless @replace when @folder has one of these files and no phantom.txt that
 * these options wrote, or one that is newer than it; nothing is written then.
 */
bool trp_phantom_write (const TrpPhantomKind *kind,
                        const TrpPhantomOptions *options,
                        const char *folder,
                        TrpProgress *progress,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
