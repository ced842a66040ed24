/* train-pace.h - about how long a step of a training will take
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The costliest convolutions of the step, forward and backward, are run by themselves on the device
 * for a moment; the rest of the step's arithmetic is taken to go at their mean rate. An estimate:
 * loading, previews and validations are not in it, and other work on the machine is. Any thread.
 */

#pragma once

#include "core/method/trainer.h"

G_BEGIN_DECLS

/* @out_seconds: of one step. @progress: (nullable). Errors: of the device; TRP_ERROR_LIMIT without
 * the memory for one convolution; G_IO_ERROR_CANCELLED. */
bool trp_train_measure_pace (const TrpTrainOptions *options,
                             TrpProgress *progress,
                             double *out_seconds,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
