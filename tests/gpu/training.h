/* training.h - a small training with every kind of state, for tests of whole steps
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A network with convolutions up and down, both norms, dropout, and two losses, one of them against
 * images of a pool; Adam with loss scaling where the device asks for it, and an average of the
 * weights. Numbers of step i depend on i alone. Aborts on errors unless it says otherwise.
 */

#pragma once

#include "core/nn/program.h"

typedef struct
{
  TrpDevice *device;
  TrpStore *store;
  TrpProgram *program;
  TrpValue loss;
} TrpTraining;

TrpTraining *trp_training_new (TrpDevice *device);
void trp_training_free (TrpTraining *self);

/* Sets the inputs of step @index, counted from 0, and runs it. */
bool trp_training_try_step (TrpTraining *self, int index, GError **error);
void trp_training_run (TrpTraining *self, int first, int end);
float trp_training_get_loss (TrpTraining *self);

/* SHA-256 of the bits of all that is stored: weights, moments, averages, statistics, pool. */
char *trp_training_hash (TrpTraining *self);
/* As a checkpoint does: everything stored, by name, over the host. */
void trp_training_copy_state (TrpTraining *to, TrpTraining *from);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpTraining, trp_training_free)
