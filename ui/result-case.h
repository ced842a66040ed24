/* result-case.h - the case behind a result, opened at a slice
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread; a worker reads the files.
 */

#pragma once

#include "core/study/result-files.h"
#include "ui/document.h"

G_BEGIN_DECLS

/* Into an empty document: images by role, the reading that was measured (edited as a copy) against
 * its reference. @slice: of the measured file, along k; -1: the middle. What cannot be read is a
 * message of the document. */
void trp_result_case_open (TrpDocument *document, const TrpResultFiles *files, int slice);

G_END_DECLS
