/* demo.c - see demo.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "ui/demo.h"
#include "config.h"

#include "core/base/resources.h"
#include "core/method/phantom.h"
#include "ui/dialogs/run-model.h"

#include <glib/gi18n.h>

/* A patient that the shipped networks have never seen; 2 mm pixels, the networks' own are 4 mm. */
#define SEED 2026
#define MR_MATRIX 128
#define CT_MATRIX 230

#define TO_CT "demo-mr-to-ct.safetensors"
#define PROSTATE "demo-prostate.safetensors"
#define OPENING_KEY "trp-demo-opening"

static char *
find_model (const char *name)
{
  g_autofree char *folder = trp_resources_find_folder ("models");

  return g_build_filename (folder, name, NULL);
}

/* ---- the phantom ---- */

typedef struct
{
  TrpPhantomCase volumes;
  TrpStructureSet *truth;
} Demo;

static void
demo_free (gpointer data)
{
  Demo *demo = data;

  trp_phantom_case_clear (&demo->volumes);
  g_clear_pointer (&demo->truth, trp_structure_set_unref);
  g_free (demo);
}

static void *
make_phantom (TrpJob *job, void *data, TrpProgress *progress, GError **error)
{
  const TrpPhantomOptions options = { .seed = SEED, .matrix = MR_MATRIX, .ct_matrix = CT_MATRIX };
  const TrpPhantomKind *kind = trp_phantom_find ("pelvis", error);
  Demo *demo = g_new0 (Demo, 1);

  if (!kind || !trp_phantom_make_as (kind, &options, 0, &demo->volumes, error))
    {
      demo_free (demo);
      return NULL;
    }
  demo->truth = trp_phantom_make_structures (kind, demo->volumes.mr_labels);
  return demo;
}

/* ---- the chain ---- */

static void
segment (TrpDocument *document)
{
  g_autofree char *model = find_model (PROSTATE);

  trp_run_model (document, TRP_RUN_SEGMENT, TRP_ROLE_SYNCT, model);
}

/* The middle voxel's centre: a cursor between two slices would belong to both. */
static TrpVec3
get_middle (const TrpGeometry *geometry)
{
  TrpVec3 ijk;

  for (int axis = 0; axis < 3; axis++)
    ijk.v[axis] = (double) (geometry->size[axis] / 2);
  return trp_geometry_lps_from_ijk (geometry, ijk);
}

/* Prostate first: it is what the numbers are about. */
static void
show (TrpDocument *document, const Demo *demo)
{
  g_autofree char *model = find_model (TO_CT);

  trp_document_set_volume (document, TRP_ROLE_SYNCT, NULL, NULL);
  trp_document_set_volume (document, TRP_ROLE_MR, demo->volumes.mr, NULL);
  trp_document_set_volume (document, TRP_ROLE_CT, demo->volumes.ct, NULL);
  trp_document_add_reading (document, demo->truth);
  trp_document_set_cursor (document, get_middle (trp_volume_get_geometry (demo->volumes.mr)));
  trp_run_model_then (document, TRP_RUN_SYNTHESIZE, TRP_ROLE_MR, model, segment);
}

static void
on_phantom_done (TrpJob *job, void *result, const GError *error, void *user_data)
{
  TrpDocument *document = user_data;

  g_object_set_data (G_OBJECT (document), OPENING_KEY, NULL);
  if (!result && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    trp_document_report (document, TRP_SEVERITY_ERROR, error->message);
  if (!result)
    return;
  trp_document_dismiss_job (document, job);
  show (document, result);
  demo_free (result);
}

bool
trp_demo_is_opening (TrpDocument *document)
{
  return g_object_get_data (G_OBJECT (document), OPENING_KEY) != NULL;
}

void
trp_demo_open (TrpDocument *document)
{
  static const TrpJobClass klass = {
    .run = make_phantom,
    .done = on_phantom_done,
    .free_data = g_object_unref,
    .free_result = demo_free,
  };
  g_autoptr (TrpJob) job = NULL;

  if (trp_demo_is_opening (document))
    return;
  job = trp_job_start (&klass, _ ("Demo case"), g_object_ref (document), document);
  g_object_set_data (G_OBJECT (document), OPENING_KEY, GINT_TO_POINTER (true));
  trp_document_add_job (document, job);
}
