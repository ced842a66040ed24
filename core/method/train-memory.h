/* train-memory.h - what a training takes, and what would fit instead
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One thread, that of the device.
 */

#pragma once

#include "core/method/trainer-class.h"

G_BEGIN_DECLS

/* From headers, plans and compiled operations; neither data nor weights are made. @list: the rows
 * to train on. Errors: as trp_train_estimate(). */
bool trp_train_memory_measure (const TrpTrainOptions *options,
                               const TrpDataList *list,
                               TrpDevice *device,
                               TrpTrainEstimate *out_estimate,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Errors: TRP_ERROR_LIMIT when it does not fit: what is needed, what is free, and what a smaller
 * batch, or else a smaller patch, takes, found by planning again. */
bool trp_train_memory_check (const TrpTrainOptions *options,
                             const TrpTrainEstimate *estimate,
                             TrpDevice *device,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same sentence for memory that could not be had although the estimate fitted; @error is that
 * of the attempt, and replaced if it is of the kind. */
void trp_train_memory_explain (const TrpTrainOptions *options,
                               const TrpTrainEstimate *estimate,
                               TrpDevice *device,
                               GError **error);

G_END_DECLS
