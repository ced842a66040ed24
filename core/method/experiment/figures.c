/* figures.c - figures of an experiment
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/method/experiment/report.h"

bool
trp_report_write_figures (const TrpExperimentPlan *plan,
                          const TrpResults *results,
                          const char *folder,
                          GError **error)
{
  return true;
}
