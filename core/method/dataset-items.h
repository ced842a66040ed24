/* dataset-items.h - what a data set is made of, for the files that are the data set
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/dataset.h"
#include "core/method/preprocess/pipeline.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  TrpFrame frame;
  TrpCurve curve;
  float *stack;    /* (nz, size, size) */
  float *second;   /* likewise, or NULL */
  uint8_t *labels; /* likewise, or NULL */
  uint8_t *bodies; /* likewise */
} TrpDatasetItem;

typedef struct
{
  size_t item, k;
} TrpDatasetSlice;

struct _TrpDataset
{
  TrpDatasetSpec spec;
  TrpPipeline *steps;        /* NULL: none */
  TrpPipeline *second_steps; /* NULL: as the first's */
  GPtrArray *left_out;
  GPtrArray *items;
  GArray *slices; /* that may be drawn */
  size_t bytes;
  bool has_label[256]; /* somewhere in those slices */
  uint8_t mirror[256]; /* labels of a mirrored patient */
};

G_END_DECLS
