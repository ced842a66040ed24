/* nifti-extension.h - provenance in a NIfTI comment extension
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Code 6 (NIFTI_ECODE_COMMENT): text; ours is one JSON object. Any thread.
 */

#pragma once

#include "core/image/volume.h"

G_BEGIN_DECLS

/* @bytes: from the four bytes of the extender on. Returns: (transfer full): the first comment that
 * is a JSON object; NULL if there is none. */
char *trp_nifti_extension_find (const uint8_t *bytes, size_t size, bool swapped);

/* Appends the extender and, unless @provenance is NULL, a comment of it, padded to 16 bytes. */
void trp_nifti_extension_append (GByteArray *array, const char *provenance);

/* The modality that a provenance names; UNKNOWN for NULL and for any other word. */
TrpModality trp_nifti_extension_get_modality (const char *provenance);

/* Returns: (transfer full): the volume's provenance, with the modality added if it is a SynCT and
 * the text does not say so; NULL if there is nothing to say. */
char *trp_nifti_extension_make (const TrpVolumeInfo *info);

G_END_DECLS
