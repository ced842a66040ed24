/* step-apply.c - trained networks on the rows of a list: synthesize and segment
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A generated image is complete once it is there, so an interrupted step goes on with the next
 * case. Contours are two files each, and made again.
 */

#include "core/io/structure-file.h"
#include "core/method/experiment/steps.h"
#include "core/method/model.h"

#include <string.h>

/* What happens to one case's image. */
typedef bool (*Apply) (const TrpModel *model,
                       const TrpVolume *image,
                       const TrpInferOptions *options,
                       const char *path,
                       TrpProgress *progress,
                       GError **error);

static bool
synthesize (const TrpModel *model,
            const TrpVolume *image,
            const TrpInferOptions *options,
            const char *path,
            TrpProgress *progress,
            GError **error)
{
  g_autoptr (TrpVolume) result = trp_model_synthesize (model, image, options, progress, error);

  return result && trp_volume_save (result, path, error);
}

static bool
segment (const TrpModel *model,
         const TrpVolume *image,
         const TrpInferOptions *options,
         const char *path,
         TrpProgress *progress,
         GError **error)
{
  g_autoptr (TrpStructureSet) set = trp_model_segment (model, image, options, progress, error);

  return set && trp_structure_set_save (set, path, NULL, error);
}

static bool
apply_to_case (const TrpModel *model,
               Apply apply,
               TrpInferOptions options,
               const char *from,
               const char *second_from,
               const char *path,
               TrpProgress *progress,
               GError **error)
{
  g_autoptr (TrpVolume) image = NULL, second = NULL;

  if (apply == synthesize && g_file_test (path, G_FILE_TEST_EXISTS))
    return true;
  image = trp_volume_load (from, NULL, error);
  second = image && second_from ? trp_volume_load (second_from, NULL, error) : NULL;
  options.second = second;
  if (image && (second || !second_from) && apply (model, image, &options, path, progress, error))
    return true;
  trp_format_prefix_error (error, from);
  return false;
}

static bool
check_images (const TrpCases *cases, const char *column, GError **error)
{
  for (guint n = 0; n < cases->rows->len; n++)
    if (trp_case_get (trp_cases_get (cases, n), column))
      return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_FORMAT, "No case has an image in the column %s", column);
  return false;
}

/* Every image of column @from becomes a file in column @to. */
static bool
apply_to_list (const TrpExperimentPlan *plan,
               const TrpNode *node,
               const char *folder,
               Apply apply,
               const char *from,
               const char *to,
               TrpProgress *progress,
               GError **error)
{
  g_autoptr (TrpCases) cases = trp_step_load_cases (plan, node, error);
  g_autofree char *model_path = trp_step_dup_model_path (plan, node->model);
  g_autoptr (TrpModel) model = cases ? trp_model_load (model_path, error) : NULL;
  const TrpInferOptions options = { .device = plan->options->device,
                                    .precision = plan->options->precision,
                                    .b_to_a = apply == synthesize && strcmp (from, "ct") == 0 };
  const char *second = trp_node_get_text (node, "second"); /* NULL where no network takes two */
  size_t n;

  if (!model || !check_images (cases, from, error))
    return false;
  n = cases->rows->len;
  for (size_t i = 0; i < n; i++)
    {
      const TrpCase *row = trp_cases_get (cases, i);
      TrpProgress part = trp_progress_part (progress, (double) i / (double) n,
                                            (double) (i + 1) / (double) n);
      g_autofree char *path = trp_step_dup_file (folder, i, row->name);

      if (!trp_case_get (row, from))
        continue;
      if (!trp_step_tell_case (progress, i, n, error) ||
          !apply_to_case (model, apply, options, trp_case_get (row, from),
                          second ? trp_case_get (row, second) : NULL, path, &part, error))
        return false;
      trp_cases_set (cases, i, to, path);
    }
  return trp_step_save_cases (plan, cases, folder, error);
}

bool
trp_step_run_synthesize (const TrpExperimentPlan *plan,
                         const TrpNode *node,
                         const char *folder,
                         TrpProgress *progress,
                         GError **error)
{
  const char *from = trp_node_get_text (node, "from");

  return apply_to_list (plan, node, folder, synthesize, from,
                        strcmp (from, "mr") == 0 ? "synct" : "synmr", progress, error);
}

bool
trp_step_run_segment (const TrpExperimentPlan *plan,
                      const TrpNode *node,
                      const char *folder,
                      TrpProgress *progress,
                      GError **error)
{
  return apply_to_list (plan, node, folder, segment, trp_node_get_text (node, "image"), "contours",
                        progress, error);
}
