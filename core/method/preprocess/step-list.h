/* step-list.h - the classes of steps, for steps.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/preprocess/step.h"

G_BEGIN_DECLS

extern const TrpStepClass trp_step_n4;
extern const TrpStepClass trp_step_resample;
extern const TrpStepClass trp_step_clip;
extern const TrpStepClass trp_step_nyul;
extern const TrpStepClass trp_step_percentiles;
extern const TrpStepClass trp_step_outline;
extern const TrpStepClass trp_step_crop_body;
extern const TrpStepClass trp_step_crop_centre;
extern const TrpStepClass trp_step_crop_fov;
extern const TrpStepClass trp_step_slices;
extern const TrpStepClass trp_step_cover_labels;
extern const TrpStepClass trp_step_cover_body;

G_END_DECLS
