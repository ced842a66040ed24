/* model-info.h - what a model file is, for people and programs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "app/cli/verb.h"
#include "core/method/model.h"

G_BEGIN_DECLS

/* The verb "model info". Returns: an exit status. */
int trp_model_info_run (const TrpVerb *verb, int argc, char **argv);

/* One line on standard output: what lies in @path now, with network, parameters and windows.
 * @net: (nullable): only this network of @model; all */
void trp_model_info_print_written (const char *path, const TrpModel *model, const char *net);

G_END_DECLS
