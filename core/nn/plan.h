/* plan.h - where temporaries lie in the arena, and how much memory a graph will take
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A temporary lives from the operation that writes it to the last one that reads it (to the end of
 * the list if the host may read it). Largest first, each gets the lowest gap that fits among those
 * alive at the same time. Where an operation allows it and its input ends there, the output takes
 * the input's place.
 */

#pragma once

#include "core/nn/backend.h"
#include "core/nn/graph.h"

G_BEGIN_DECLS

/**
 * TrpPlan:
 * @offsets: of every value in the arena; SIZE_MAX for values that live elsewhere, are never
 * written, or are never read and optional (TrpOpClass)
 * @first, @last: index of the first and last operation of its life
 */
typedef struct
{
  int n_values;
  size_t *offsets;
  size_t *bytes;
  int *first;
  int *last;
  size_t arena_bytes;
  size_t persistent_bytes; /* parameters and states */
  size_t input_bytes;
} TrpPlan;

typedef size_t (*TrpTensorBytes) (void *data, const TrpTensor *tensor);

/* @tensor_bytes: the device's, with its handle as @data; NULL: 4 bytes an element. Allocates no
 * device memory, so it answers "will it fit" before a run (workspaces come on top). */
TrpPlan *trp_plan_new (const TrpGraph *graph, TrpTensorBytes tensor_bytes, void *data);
void trp_plan_free (TrpPlan *self);
size_t trp_plan_get_total_bytes (const TrpPlan *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpPlan, trp_plan_free)

G_END_DECLS
