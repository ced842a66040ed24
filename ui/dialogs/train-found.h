/* train-found.h - the runs that lie in a folder
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Any thread.
 */

#pragma once

#include "ui/dialogs/train-run.h"

G_BEGIN_DECLS

void trp_train_found_free (TrpTrainFound *self);
/* What @folder says of the run in it; NULL: there is none that can be read. */
TrpTrainFound *trp_train_found_read (const char *folder);
/* Every run directly under @folder, the newest first. (element-type TrpTrainFound) (transfer full)
 */
GPtrArray *trp_train_found_list (const char *folder, TrpProgress *progress);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpTrainFound, trp_train_found_free)

G_END_DECLS
