/* node-key.h - what makes two pieces of work the same
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/experiment/plan.h"

G_BEGIN_DECLS

/* Whether the node goes over a part of its list that depends on the fold. */
bool trp_node_uses_rows (const TrpNode *node);

/* SHA-256, hexadecimal, of a node that has its values, recipe and inputs: see plan.h. Errors:
 * TRP_ERROR_IO of a user's file. */
char *trp_node_make_key (TrpExperimentPlan *plan,
                         const TrpNode *node,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
