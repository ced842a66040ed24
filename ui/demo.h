/* demo.h - the demo case: a phantom whose SynCT and prostate are computed on the spot
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/document.h"

G_BEGIN_DECLS

/* Starts a chain of jobs of @document: the phantom's MR and CT with the true structures as
 * reference, the SynCT from the MR, the prostate on the SynCT as the reading that is edited. What
 * is open in @document is replaced. A second call while the phantom is made does nothing. */
void trp_demo_open (TrpDocument *document);
bool trp_demo_is_opening (TrpDocument *document);

G_END_DECLS
