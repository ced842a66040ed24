/* cudnn-graph.c - see cudnn-graph.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What cuDNN 9.19 answers without a GPU (tests/gpu/test-cudnn-plans.c) for compute capabilities 7.5
 * to 12.0:
 * - every convolution of ours has a deterministic plan in NHWC; the largest workspace is 236 MB in
 *   float32, 138 MB in 16 bits;
 * - no precompiled engine takes tensors of two types, not even for a float32 filter gradient of
 * 16-bit images;
 * - for float16 the filter gradients that rank first often add partial sums in float16;
 * - strict float32 is often found near the end of a list of thirty;
 * - one question in a hundred needs the fallback list, mostly strict ones on 10.0.
 */

#include "gpu/cudnn-describe.h"

#include <string.h>

/* Plans that want more are taken only where no other is left. */
#define WORKSPACE_LIMIT ((int64_t) 256 << 20)

/* cuDNN checks every configuration that it hands out, which takes most of the time: 0.5 s for 1900
 * plans with two at first, 2.3 s with all. */
#define N_FIRST 2

typedef cudnnBackendDescriptor_t Descriptor;

/* @parts: what the plan was made from; cuDNN does not say that a plan outlives it */
struct _TrpCudnnConv
{
  TrpCudnnSpec spec; /* zero-filled: the key */
  TrpCudnnBuilder parts;
  Descriptor plan;
  int64_t workspace;
  char *description;
};

/* @handle: (nullable): none in a probe, which has @device instead */
struct _TrpCudnn
{
  cudnnHandle_t handle;
  Descriptor device;
  GHashTable *convs;
  char version[24];
};

#define NOTE(name) (1U << CUDNN_NUMERICAL_NOTE_##name)

static const char *const note_names[CUDNN_NUMERICAL_NOTE_TYPE_COUNT] = {
  "tensor cores",      "converts its inputs",
  "reduced sums",      "FFT",
  "not deterministic", "Winograd",
  "Winograd 4 x 4",    "Winograd 6 x 6",
  "Winograd 13 x 13",  "strict NaN",
};

/* Sums are float32 everywhere, and what is given in float32 is not narrowed beyond TF32, which is
 * no conversion by the notes. Strict: nothing but float32, and of Winograd's tiles only those that
 * lose next to nothing, 4 x 4. */
static unsigned
rejected_notes (const TrpCudnnSpec *spec)
{
  unsigned notes = NOTE (REDUCED_PRECISION_REDUCTION) | NOTE (DOWN_CONVERT_INPUTS);

  if (spec->deterministic)
    notes |= NOTE (NONDETERMINISTIC);
  if (spec->strict)
    notes |= NOTE (TENSOR_CORE) | NOTE (WINOGRAD_TILE_6x6) | NOTE (WINOGRAD_TILE_13x13);
  return notes;
}

/* Engines compiled at run time need NVRTC and take a tenth of a second each. */
static bool
is_allowed (TrpCudnnBuilder *builder, Descriptor engine, unsigned rejected, unsigned *out_notes)
{
  cudnnBackendNumericalNote_t notes[CUDNN_NUMERICAL_NOTE_TYPE_COUNT];
  cudnnBackendBehaviorNote_t habits[CUDNN_BEHAVIOR_NOTE_TYPE_COUNT];
  const int64_t n_notes = GET (builder, engine, ENGINE_NUMERICAL_NOTE, NUMERICAL_NOTE,
                               G_N_ELEMENTS (notes), notes);
  const int64_t n_habits = GET (builder, engine, ENGINE_BEHAVIOR_NOTE, BEHAVIOR_NOTE,
                                G_N_ELEMENTS (habits), habits);

  *out_notes = 0;
  for (int64_t i = 0; i < MIN (n_notes, (int64_t) G_N_ELEMENTS (notes)); i++)
    *out_notes |= 1U << notes[i];
  for (int64_t i = 0; i < MIN (n_habits, (int64_t) G_N_ELEMENTS (habits)); i++)
    if (habits[i] == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION)
      return false;
  return (*out_notes & rejected) == 0;
}

/* Finalizes a plan; NULL where cuDNN refuses, which is normal. The caller destroys it. */
static Descriptor
try_plan (const TrpCudnn *self, Descriptor config)
{
  g_auto (TrpCudnnBuilder) builder = trp_cudnn_builder_new ();
  Descriptor plan = trp_cudnn_create (&builder, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);

  if (self->handle)
    SET (&builder, plan, EXECUTION_PLAN_HANDLE, HANDLE, 1, &self->handle);
  else
    SET (&builder, plan, EXECUTION_PLAN_DEVICEPROP, BACKEND_DESCRIPTOR, 1, &self->device);
  SET (&builder, plan, EXECUTION_PLAN_ENGINE_CONFIG, BACKEND_DESCRIPTOR, 1, &config);
  trp_cudnn_finalize (&builder, plan);
  return trp_cudnn_builder_steal (&builder, plan);
}

/* Where a configuration stands: the @rank-th of a list of the heuristics. */
typedef struct
{
  const char *list;
  int64_t rank;
} Place;

static char *
describe_plan (int64_t engine, unsigned notes, int64_t workspace, const Place *place)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "engine %d, %.1f MB, %s %d", (int) engine, (double) workspace / (1 << 20),
                   place->list, (int) place->rank + 1);
  for (int i = 0; i < CUDNN_NUMERICAL_NOTE_TYPE_COUNT; i++)
    if (notes >> i & 1)
      g_string_append_printf (text, ", %s", note_names[i]);
  return g_string_free (text, FALSE);
}

/* Gives @conv the configuration's plan if it is allowed and better than the one at hand, which was
 * not within the limit: then the smaller is better. */
static void
consider (TrpCudnnBuilder *builder,
          const TrpCudnn *self,
          Descriptor config,
          const Place *place,
          TrpCudnnConv *conv)
{
  Descriptor engine = trp_cudnn_create (builder, CUDNN_BACKEND_ENGINE_DESCRIPTOR), plan;
  int64_t index = 0, workspace = 0;
  unsigned notes;

  GET (builder, config, ENGINECFG_ENGINE, BACKEND_DESCRIPTOR, 1, &engine);
  GET (builder, engine, ENGINE_GLOBAL_INDEX, INT64, 1, &index);
  if (!is_allowed (builder, engine, rejected_notes (&conv->spec), &notes))
    return;
  plan = try_plan (self, config);
  if (!plan)
    return;
  GET (builder, plan, EXECUTION_PLAN_WORKSPACE_SIZE, INT64, 1, &workspace);
  if (conv->plan && conv->workspace <= workspace)
    {
      trp_cudnn_destroy (plan);
      return;
    }
  trp_cudnn_destroy (conv->plan);
  g_free (conv->description);
  conv->plan = plan;
  conv->workspace = workspace;
  conv->description = describe_plan (index, notes, workspace, place);
}

static bool
is_settled (const TrpCudnnConv *conv)
{
  return conv->plan && conv->workspace <= WORKSPACE_LIMIT;
}

/* Tries the first @n of a list. */
static void
walk (TrpCudnnBuilder *builder,
      const TrpCudnn *self,
      Descriptor heuristics,
      int64_t n,
      Place place,
      TrpCudnnConv *conv)
{
  g_autofree Descriptor *configs = g_new0 (Descriptor, n);
  int64_t n_given;

  for (int64_t i = 0; i < n; i++)
    configs[i] = trp_cudnn_create (builder, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  n_given = GET (builder, heuristics, ENGINEHEUR_RESULTS, BACKEND_DESCRIPTOR, n, configs);
  for (; place.rank < MIN (n, n_given) && trp_cudnn_builder_ok (builder) && !is_settled (conv);
       place.rank++)
    consider (builder, self, configs[place.rank], &place, conv);
}

/* Looks for a plan in one list of the heuristics: among the first, then in all of it. */
static void
search (TrpCudnnBuilder *builder,
        const TrpCudnn *self,
        Descriptor graph,
        cudnnBackendHeurMode_t mode,
        TrpCudnnConv *conv)
{
  Descriptor heuristics = trp_cudnn_create (builder, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  const Place place = { mode == CUDNN_HEUR_MODE_FALLBACK ? "fallback" : "heuristics", 0 };

  SET (builder, heuristics, ENGINEHEUR_OPERATION_GRAPH, BACKEND_DESCRIPTOR, 1, &graph);
  SET (builder, heuristics, ENGINEHEUR_MODE, HEUR_MODE, 1, &mode);
  if (!self->handle) /* else the graph knows; without both the list is empty */
    SET (builder, heuristics, ENGINEHEUR_DEVICEPROP, BACKEND_DESCRIPTOR, 1, &self->device);
  trp_cudnn_finalize (builder, heuristics);
  walk (builder, self, heuristics, N_FIRST, place, conv);
  if (!is_settled (conv))
    walk (builder, self, heuristics,
          GET (builder, heuristics, ENGINEHEUR_RESULTS, BACKEND_DESCRIPTOR, 0, NULL), place, conv);
}

static void
free_conv (void *data)
{
  TrpCudnnConv *conv = data;

  trp_cudnn_destroy (conv->plan);
  trp_cudnn_builder_clear (&conv->parts);
  g_free (conv->description);
  g_free (conv);
}

static TrpCudnnConv *
make_conv (const TrpCudnn *self, const TrpCudnnSpec *spec, GError **error)
{
  g_autofree char *what = trp_cudnn_dup_words (spec);
  TrpCudnnConv *conv = g_new0 (TrpCudnnConv, 1);
  TrpCudnnBuilder *builder = &conv->parts;
  Descriptor graph;

  memcpy (&conv->spec, spec, sizeof *spec);
  conv->parts = trp_cudnn_builder_new ();
  graph = trp_cudnn_add_graph (builder, self->handle, spec);
  search (builder, self, graph, CUDNN_HEUR_MODE_A, conv);
  if (!is_settled (conv))
    search (builder, self, graph, CUDNN_HEUR_MODE_FALLBACK, conv);
  if (trp_cudnn_builder_ok (builder) && conv->plan)
    {
      if (self->handle)
        g_debug ("cuDNN: %s: %s", what, conv->description);
      return conv;
    }
  if (!trp_cudnn_builder_ok (builder))
    {
      g_autofree char *doing = g_strdup_printf ("plan a convolution (%s)", what);

      trp_cudnn_set_error (error, builder->status, doing);
    }
  else
    g_set_error (error, TRP_ERROR, TRP_ERROR_UNSUPPORTED,
                 "cuDNN %s cannot compute this convolution on this device (%s): use another "
                 "precision, or the CPU",
                 self->version, what);
  free_conv (conv);
  return NULL;
}

/* Equal specs compare equal as bytes: without the bias, with zeros between the fields. */
static void
make_key (const TrpCudnnSpec *spec, TrpCudnnSpec *out_key)
{
  memset (out_key, 0, sizeof *out_key);
  out_key->pass = spec->pass;
  out_key->geometry.x = spec->geometry.x;
  out_key->geometry.filter = spec->geometry.filter;
  out_key->geometry.y = spec->geometry.y;
  out_key->geometry.stride = spec->geometry.stride;
  out_key->geometry.pad_top = spec->geometry.pad_top;
  out_key->geometry.pad_left = spec->geometry.pad_left;
  out_key->type = spec->type;
  out_key->strict = spec->strict;
  out_key->deterministic = spec->deterministic;
}

static unsigned
hash_spec (const void *spec)
{
  const unsigned char *bytes = spec;
  unsigned hash = 2166136261U; /* FNV-1a */

  for (size_t i = 0; i < sizeof (TrpCudnnSpec); i++)
    hash = (hash ^ bytes[i]) * 16777619U;
  return hash;
}

static gboolean
equal_specs (const void *a, const void *b)
{
  return memcmp (a, b, sizeof (TrpCudnnSpec)) == 0;
}

static TrpCudnn *
new_empty (void)
{
  TrpCudnn *self = g_new0 (TrpCudnn, 1);
  const size_t version = cudnnGetVersion ();

  g_snprintf (self->version, sizeof self->version, "%zu.%zu.%zu", version / 10000,
              version / 100 % 100, version % 100);
  self->convs = g_hash_table_new_full (hash_spec, equal_specs, NULL, free_conv);
  return self;
}

TrpCudnn *
trp_cudnn_new (cudaStream_t stream, GError **error)
{
  TrpCudnn *self = new_empty ();
  cudnnStatus_t status = cudnnCreate (&self->handle);

  if (status == CUDNN_STATUS_SUCCESS)
    status = cudnnSetStream (self->handle, stream);
  if (status != CUDNN_STATUS_SUCCESS)
    {
      trp_cudnn_set_error (error, status, "be started");
      trp_cudnn_free (self);
      return NULL;
    }
  return self;
}

TrpCudnn *
trp_cudnn_new_probe (const char *json, GError **error)
{
  TrpCudnn *self = new_empty ();
  g_auto (TrpCudnnBuilder) builder = trp_cudnn_builder_new ();
  Descriptor device = trp_cudnn_create (&builder, CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);

  SET (&builder, device, DEVICEPROP_JSON_REPRESENTATION, CHAR, (int64_t) strlen (json), json);
  trp_cudnn_finalize (&builder, device); /* parses it */
  if (!trp_cudnn_builder_ok (&builder))
    {
      trp_cudnn_set_error (error, builder.status, "read the properties of a device");
      trp_cudnn_free (self);
      return NULL;
    }
  self->device = trp_cudnn_builder_steal (&builder, device);
  return self;
}

void
trp_cudnn_free (TrpCudnn *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->convs);
  trp_cudnn_destroy (self->device);
  if (self->handle)
    cudnnDestroy (self->handle);
  g_free (self);
}

const char *
trp_cudnn_get_version (const TrpCudnn *self)
{
  return self->version;
}

const TrpCudnnConv *
trp_cudnn_plan (TrpCudnn *self, const TrpCudnnSpec *spec, GError **error)
{
  TrpCudnnSpec key;
  TrpCudnnConv *conv;

  make_key (spec, &key);
  conv = g_hash_table_lookup (self->convs, &key);
  if (!conv)
    {
      conv = make_conv (self, &key, error);
      if (conv)
        g_hash_table_insert (self->convs, &conv->spec, conv);
    }
  return conv;
}

size_t
trp_cudnn_conv_get_workspace (const TrpCudnnConv *self)
{
  return (size_t) self->workspace;
}

const char *
trp_cudnn_conv_describe (const TrpCudnnConv *self)
{
  return self->description;
}

bool
trp_cudnn_run (TrpCudnn *self,
               const TrpCudnnConv *conv,
               void *x,
               void *filter,
               void *y,
               void *workspace,
               GError **error)
{
  g_auto (TrpCudnnBuilder) builder = trp_cudnn_builder_new ();
  Descriptor pack = trp_cudnn_create (&builder, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  const int64_t uids[3] = { TRP_CUDNN_X, TRP_CUDNN_FILTER, TRP_CUDNN_Y };
  void *const addresses[3] = { x, filter, y };

  g_return_val_if_fail (self->handle, false);
  SET (&builder, pack, VARIANT_PACK_UNIQUE_IDS, INT64, 3, uids);
  SET (&builder, pack, VARIANT_PACK_DATA_POINTERS, VOID_PTR, 3, addresses);
  SET (&builder, pack, VARIANT_PACK_WORKSPACE, VOID_PTR, 1, &workspace);
  trp_cudnn_finalize (&builder, pack);
  if (trp_cudnn_builder_ok (&builder))
    builder.status = cudnnBackendExecute (self->handle, conv->plan, pack);
  if (!trp_cudnn_builder_ok (&builder))
    {
      g_autofree char *what = trp_cudnn_dup_words (&conv->spec);
      g_autofree char *doing = g_strdup_printf ("run a convolution (%s)", what);

      trp_cudnn_set_error (error, builder.status, doing);
      return false;
    }
  return true;
}
