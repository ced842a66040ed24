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

bool trp_phantom_render (const TrpPhantomKind *kind,
                         uint64_t seed,
                         unsigned index,
                         size_t mr_matrix,
                         size_t ct_matrix,
                         TrpPhantomCase *out_case,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
