/* program.h - a graph made ready on a device: plan, compile, run
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Build a graph, make a program, then for every step set the inputs, run, get losses and outputs.
 * Weights and states are in the store (device.h), by name. One thread at a time.
 */

#pragma once

#include "core/nn/device.h"
#include "core/nn/plan.h"

G_BEGIN_DECLS

typedef struct _TrpProgram TrpProgram;

/**
 * trp_program_new:
 * @graph: (transfer full): freed in any case
 * @store: its device is used; parameters and states that are not in it yet are made, as zeros
 *
 * Errors: the graph's own (trp_graph_check); TRP_ERROR_LIMIT with the bytes needed when memory does
 * not suffice; TRP_ERROR_UNSUPPORTED; TRP_ERROR_DEVICE.
 */
TrpProgram *trp_program_new (TrpGraph *graph, TrpStore *store, GError **error);
void trp_program_free (TrpProgram *self);

/**
 * trp_program_measure_workspace:
 *
 * What a program of @graph would take beside its plan (plan.h): compiles every operation, and keeps
 * none. Errors: the graph's own; TRP_ERROR_UNSUPPORTED; TRP_ERROR_DEVICE.
 */
bool trp_program_measure_workspace (const TrpGraph *graph,
                                    TrpDevice *device,
                                    size_t *out_bytes,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

const TrpGraph *trp_program_peek_graph (const TrpProgram *self);
TrpStore *trp_program_peek_store (const TrpProgram *self);
/* By name, TRP_VALUE_NONE if there is none: an input, or an output named by trp_graph_output(). */
TrpValue trp_program_find (const TrpProgram *self, const char *name);
/* Device memory: arena, workspace, inputs, and all of the store. */
size_t trp_program_get_bytes (const TrpProgram *self);

/* @values: floats in (n, h, w, c) order, as many as the input has. */
bool trp_program_set (TrpProgram *self, TrpValue input, const float *values, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* A scalar input. */
bool trp_program_set_scalar (TrpProgram *self, TrpValue input, double value, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
/* All operations once. */
bool trp_program_run (TrpProgram *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same one by one, waiting for each, and never as a captured copy: @out_seconds per operation
 * of the graph, what the device needs to start one included. To see where the time goes. */
bool trp_program_profile (TrpProgram *self,
                          double *out_seconds,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An output, input or persistent value, after a run. */
bool trp_program_get (TrpProgram *self, TrpValue value, float *out_values, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/**
 * trp_program_begin_read:
 * @values: scalars (precise ones) of the run just made, at most TRP_MAX_READ
 *
 * Asks for them without waiting for the device. trp_program_finish_read() gives them back, the
 * oldest request first; it waits. A request that is never finished is dropped with the program.
 */
#define TRP_MAX_READ 64
bool trp_program_begin_read (TrpProgram *self, const TrpValue *values, int n, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
bool trp_program_finish_read (TrpProgram *self,
                              float *out_values,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Requests made and not yet finished. */
int trp_program_get_n_reads (const TrpProgram *self);

/* Doubles without loss, inputs and persistent values alike; only where the back end has them (tests
 * on the reference). */
bool trp_program_set_f64 (TrpProgram *self, TrpValue value, const double *values, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
bool trp_program_get_f64 (TrpProgram *self, TrpValue value, double *out_values, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpProgram, trp_program_free)

G_END_DECLS
