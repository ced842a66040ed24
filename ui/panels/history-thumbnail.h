/* history-thumbnail.h - a small picture of what a step changed
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Main thread.
 */

#pragma once

#include "ui/document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * trp_history_thumbnail_new:
 * @side: of the square in pixels of the device
 *
 * The slice on which the step changed most voxels of the structure it is about, cut out around
 * them: the first image of the case in grey, the changed voxels (added or taken away) in the
 * structure's colour. Returns: (transfer full) (nullable): NULL for a step that changed no voxels.
 */
GdkTexture *trp_history_thumbnail_new (TrpDocument *document, const TrpEditStep *step, size_t side);

G_END_DECLS
