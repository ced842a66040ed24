/* dicom-stack.h - which frames make a volume, in which order, and where it lies
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Pure computation on scanned headers (core/io/dicom-dcmtk.h); no files. Any thread.
 */

#pragma once

#include "core/io/dicom-dcmtk.h"

G_BEGIN_DECLS

/**
 * trp_dicom_group_frames:
 * @frames: (element-type TrpDicomFrame): borrowed
 *
 * Frames of one series, size, spacing and direction belong together; a localizer series of three
 * directions gives three groups. (element-type GPtrArray of TrpDicomFrame) (transfer full): most
 * frames first.
 */
GPtrArray *trp_dicom_group_frames (GPtrArray *frames);

/**
 * TrpDicomStack:
 * @slices: (element-type TrpDicomFrame): borrowed frames along the normal; NULL where a slice is
 * missing
 * @n_frames: how many volumes the group holds at the same places (time points, echoes)
 * @geometry: column k is the true step from slice to slice, so a tilted gantry gives a sheared grid
 * @warnings: (element-type utf8): sentences of the geometry check
 */
typedef struct
{
  GPtrArray *slices;
  int n_frames;
  TrpGeometry geometry;
  GPtrArray *warnings;
} TrpDicomStack;

/**
 * trp_dicom_stack_new:
 * @group: one of trp_dicom_group_frames()
 * @frame: which of its volumes
 *
 * Slices missing from a regular series leave a NULL, so that all others stay where they are in the
 * patient; steps that are not multiples of one another are evened out, with a warning that says by
 * how many mm.
 *
 * Errors: TRP_ERROR_FORMAT for a @frame that is not there, TRP_ERROR_GEOMETRY, TRP_ERROR_LIMIT.
 */
TrpDicomStack *trp_dicom_stack_new (GPtrArray *group, int frame, GError **error);
void trp_dicom_stack_free (TrpDicomStack *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrpDicomStack, trp_dicom_stack_free)

G_END_DECLS
