/* node-file.h - node.json: that a piece of work is done, and what it was
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Written last and atomically: a folder without one holds work that was interrupted.
 */

#pragma once

#include "core/method/experiment/plan.h"

G_BEGIN_DECLS

/* The folder holds this work, and every file it lists with its size. */
bool trp_node_file_is_done (const char *folder, const char *key);

/* @seconds: it took. Hashes the folder's files. */
bool trp_node_file_write (const TrpExperimentPlan *plan,
                          const TrpNode *node,
                          double seconds,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
