/* dataset.h - training slices in memory
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The volumes of one role of a data list, preprocessed once into stacks of slices in network values
 * (-1..1), with or without labels, and cut into batches (NHWC) by (seed, step). Immutable once
 * made: any number of threads may fill batches.
 */

#pragma once

#include "core/base/progress.h"
#include "core/method/augment.h"
#include "core/method/preprocess/frame.h"
#include "core/method/preprocess/intensity.h"
#include "core/study/data-list.h"

G_BEGIN_DECLS

typedef struct _TrpDataset TrpDataset;

#define TRP_DATASET_MAX_LABELS 32

/**
 * TrpDatasetSpec:
 * @intensity: of the images
 * @steps: (nullable): of preprocessing (preprocess/pipeline.h), before all else; borrowed while
 * loading
 * @spacing: in the plane, mm; 0: each volume's own
 * @size: width and height of the slices kept
 * @body_fraction: slices with a smaller share of foreground (network value above -0.9) are not
 * drawn as centre slices; 0 keeps all
 * @labels: values of the label maps that become the channels of a target, in this order
 * @may_lack: cases need not show any body or each label (to validate on)
 * @has_second: each case has a second image on the grid of the first
 * @second, @second_intensity: its role and rule
 * @second_steps: (nullable): its preprocessing; NULL: @steps. Where they lead to another grid than
 * the first's it is resampled onto that
 */
typedef struct
{
  TrpIntensity intensity;
  const char *steps;
  double spacing;
  size_t size;
  double body_fraction;
  size_t n_labels;
  uint8_t labels[TRP_DATASET_MAX_LABELS];
  bool may_lack;
  bool has_second;
  TrpDataRole second;
  TrpIntensity second_intensity;
  const char *second_steps;
} TrpDatasetSpec;

TrpDataset *trp_dataset_new (const TrpDatasetSpec *spec);
TrpDataset *trp_dataset_ref (TrpDataset *self);
void trp_dataset_unref (TrpDataset *self);

/**
 * trp_dataset_add:
 * @labels: (nullable): label map on the same grid; needed when the spec has labels
 * @second: (nullable): the second image, on the same grid; needed when the spec has one
 *
 * While it is being made; one thread.
 *
 * Errors: TRP_ERROR_GEOMETRY when the grids differ or a grid is sheared, TRP_ERROR_FORMAT for
 * values that are no labels 0..255, TRP_ERROR_LIMIT for want of memory.
 */
bool trp_dataset_add (TrpDataset *self,
                      const char *name,
                      const TrpVolume *image,
                      const TrpVolume *labels,
                      const TrpVolume *second,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_dataset_load:
 * @role: of the images; rows without it are passed over. Labels come from its structures
 *
 * Steps that learn from the training set and have not yet learn from these rows first.
 *
 * Errors: those of loading and of trp_dataset_add(), with the case in front; TRP_ERROR_FORMAT when
 * no row has the role, one that has it lacks the structures or the second image that the spec
 * needs, or no slice shows one of the labels.
 */
TrpDataset *trp_dataset_load (const TrpDataList *list,
                              TrpDataRole role,
                              const TrpDatasetSpec *spec,
                              TrpProgress *progress,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All slices of a role after @steps (nullable: none), from the files' headers alone. */
bool trp_dataset_count_slices (const TrpDataList *list,
                               TrpDataRole role,
                               const char *steps,
                               size_t *out_n,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes that trp_dataset_load() will hold in the end, from the files' headers alone. */
bool trp_dataset_estimate_bytes (const TrpDataList *list,
                                 TrpDataRole role,
                                 const TrpDatasetSpec *spec,
                                 size_t *out_bytes,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The steps it was loaded with, and what they learnt, into a recipe's @io_text. */
void trp_dataset_keep_steps (const TrpDataset *self, char **io_text);
void trp_dataset_keep_second_steps (const TrpDataset *self, char **io_text);

/**
 * TrpLeftOut: slices of one case that are not drawn as centre slices
 * @why: the step, or what else left them out
 */
typedef struct
{
  char *name;
  size_t n_slices, n_all;
  char *why;
} TrpLeftOut;

const GPtrArray *trp_dataset_peek_left_out (const TrpDataset *self); /* (element-type TrpLeftOut) */
/* The value between air and body in all slices together (core/method/outline.h). */
double trp_dataset_find_threshold (const TrpDataset *self);
/* Finds the body of every slice, one byte per pixel, for trp_dataset_fill_bodies(). While it is
 * being made; one thread. */
bool trp_dataset_find_bodies (TrpDataset *self,
                              double threshold,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What labels become where a draw mirrors the slice (core/method/mirror-labels.h); before, they
 * stay what they are. While it is being made; one thread. */
void trp_dataset_set_mirror (TrpDataset *self, const uint8_t mirror[256]);

const TrpDatasetSpec *trp_dataset_get_spec (const TrpDataset *self);
size_t trp_dataset_get_n_volumes (const TrpDataset *self);
size_t trp_dataset_get_n_slices (const TrpDataset *self); /* that may be drawn as centre slices */
size_t trp_dataset_get_bytes (const TrpDataset *self);

/* One preprocessed volume, for previews and validation: its name, frame and curve, and its stack
 * (nz, size, size). */
const char *trp_dataset_peek_volume (const TrpDataset *self,
                                     size_t index,
                                     const TrpFrame **out_frame,
                                     const TrpCurve **out_curve,
                                     const float **out_stack,
                                     const uint8_t **out_labels);

/**
 * trp_dataset_fill_batch:
 * @augment: (nullable): nothing changes
 * @seed, @step: which batch; slices are drawn without replacement, shuffled anew for each epoch
 * @batch, @context, @patch: samples; slices on either side; width and height (0: the whole slice)
 * @out_images: (batch, patch, patch, 2 context + 1), or twice as many channels, the second image's
 * after the first's; slices beyond a stack repeat its edge
 * @out_labels: (nullable): (batch, patch, patch, n_labels) of 0 and 1
 */
void trp_dataset_fill_batch (const TrpDataset *self,
                             const TrpAugment *augment,
                             uint64_t seed,
                             uint64_t step,
                             size_t batch,
                             size_t context,
                             size_t patch,
                             float *out_images,
                             float *out_labels);

/* @out_bodies: (batch, patch, patch, 2 context + 1) of 0 and 1: the bodies of the slices that
 * trp_dataset_fill_batch() gives for the same arguments, moved as these were. */
void trp_dataset_fill_bodies (const TrpDataset *self,
                              const TrpAugment *augment,
                              uint64_t seed,
                              uint64_t step,
                              size_t batch,
                              size_t context,
                              size_t patch,
                              float *out_bodies);

/* The second image's stack of a volume, NULL where the spec has none. */
const float *trp_dataset_peek_second (const TrpDataset *self, size_t index);

/* Slice @k of a stack of @nz slices with its context: (height, width, 2 context + 1); the same
 * layout as a sample of a batch, for inference. */
void trp_stack_copy_context (
  const float *stack, const size_t size[3], size_t k, size_t context, float *out_image);
/* The same of two stacks, @second's channels after the first's; NULL: of one. */
void trp_stack_copy_channels (const float *stack,
                              const float *second,
                              const size_t size[3],
                              size_t k,
                              size_t context,
                              float *out_image);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpDataset, trp_dataset_unref)

G_END_DECLS
