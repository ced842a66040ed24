/* phantom-render.h - an anatomy as MR and CT
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread; loops run on trp_parallel_for.
 */

#pragma once

#include "core/method/phantom-anatomy.h"
#include "core/method/phantom.h"

G_BEGIN_DECLS

/* @options: seed, matrices and bias of it */
void trp_phantom_render (const TrpPhantomKind *kind,
                         const TrpPhantomOptions *options,
                         unsigned index,
                         TrpPhantomCase *out_case);

G_END_DECLS
