/* onednn.c - see onednn.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A primitive given a plain filter tag falls to `ref:any` silently; so filters are `any`, and an
 * implementation named ref is refused.
 */

#include "core/nn/cpu/onednn.h"

#include <dnnl.h>
#include <dnnl_debug.h>
#include <omp.h>
#include <string.h>

#define ALIGNMENT 64
#define MAX_ARGUMENTS 5

/* A filter in a layout that primitives want. */
typedef struct
{
  dnnl_memory_desc_t layout;
  dnnl_memory_t memory;
  dnnl_primitive_t reorder;
  const float *source;
  TrpShape shape;
  uint64_t version;
  unsigned n_users;
} Copy;

struct _TrpOneDnn
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  GPtrArray *copies;
  char version[32];
};

struct _TrpOneDnnConv
{
  TrpOneDnn *owner;
  TrpConvPass pass;
  int n_threads;
  TrpShape filter_shape;
  dnnl_primitive_t primitive;
  dnnl_memory_t x, y, filter, bias, scratchpad;
  dnnl_memory_desc_t wanted;            /* layout of the filter */
  size_t workspace_bytes, behind_bytes; /* scratchpad; what stands behind it */
  Copy *copy;                           /* (nullable): of the filter last run with */
  dnnl_primitive_t out;   /* (nullable): reorder of a filter gradient into our layout */
  dnnl_memory_t ours;     /* our layout of that gradient */
  dnnl_primitive_t round; /* (nullable): what is read, floats to bfloat16 */
  dnnl_memory_t wide;     /* those floats */
  const char *implementation;
};

static bool
check (dnnl_status_t status, const char *what, GError **error)
{
  if (status == dnnl_success)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_DEVICE, "oneDNN could not %s: %s", what,
               dnnl_status2str (status));
  return false;
}

TrpOneDnn *
trp_onednn_new (GError **error)
{
  g_autofree TrpOneDnn *self = g_new0 (TrpOneDnn, 1);
  const dnnl_version_t *version = dnnl_version ();

  if (!check (dnnl_engine_create (&self->engine, dnnl_cpu, 0), "open the CPU", error))
    return NULL;
  if (!check (dnnl_stream_create (&self->stream, self->engine, dnnl_stream_default_flags),
              "open a stream", error))
    {
      dnnl_engine_destroy (self->engine);
      return NULL;
    }
  self->copies = g_ptr_array_new ();
  g_snprintf (self->version, sizeof self->version, "%d.%d.%d", version->major, version->minor,
              version->patch);
  return g_steal_pointer (&self);
}

void
trp_onednn_free (TrpOneDnn *self)
{
  if (!self)
    return;
  g_assert (self->copies->len == 0); /* kernels are freed before their device */
  g_ptr_array_unref (self->copies);
  dnnl_stream_destroy (self->stream);
  dnnl_engine_destroy (self->engine);
  g_free (self);
}

const char *
trp_onednn_get_version (const TrpOneDnn *self)
{
  return self->version;
}

bool
trp_onednn_has_bf16 (void)
{
  const dnnl_cpu_isa_t wanted = dnnl_cpu_isa_avx512_core_bf16;

  return (dnnl_get_effective_cpu_isa () & wanted) == wanted;
}

/* Logical order is (n, c, h, w) and (o, i, h, w), whatever the tag says about memory. */
static dnnl_memory_desc_t
describe (TrpShape shape, dnnl_data_type_t type, dnnl_format_tag_t tag)
{
  const dnnl_dims_t dims = { shape.n, shape.c, shape.h, shape.w };
  dnnl_memory_desc_t layout;

  if (dnnl_memory_desc_init_by_tag (&layout, 4, dims, type, tag) != dnnl_success)
    g_assert_not_reached ();
  return layout;
}

static dnnl_memory_desc_t
describe_vector (int count)
{
  const dnnl_dims_t dims = { count };
  dnnl_memory_desc_t layout;

  if (dnnl_memory_desc_init_by_tag (&layout, 1, dims, dnnl_f32, dnnl_a) != dnnl_success)
    g_assert_not_reached ();
  return layout;
}

typedef struct
{
  dnnl_memory_desc_t x, filter, bias, y;
  dnnl_dims_t strides, left, right;
} Layouts;

/* What is written, and the bias, are always floats. */
static Layouts
make_layouts (TrpConvPass pass, const TrpConvGeometry *g, bool bf16)
{
  const dnnl_data_type_t read = bf16 ? dnnl_bf16 : dnnl_f32;
  const int bottom = (g->y.h - 1) * g->stride + g->filter.h - g->x.h - g->pad_top;
  const int right = (g->y.w - 1) * g->stride + g->filter.w - g->x.w - g->pad_left;

  return (Layouts){ describe (g->x, pass == TRP_CONV_BACKWARD_DATA ? dnnl_f32 : read, dnnl_nhwc),
                    describe (g->filter, read, dnnl_format_tag_any),
                    describe_vector (g->filter.n),
                    describe (g->y, pass == TRP_CONV_FORWARD ? dnnl_f32 : read, dnnl_nhwc),
                    { g->stride, g->stride },
                    { g->pad_top, g->pad_left },
                    { bottom, right } };
}

static dnnl_status_t
init_operation (TrpConvPass pass,
                const Layouts *l,
                bool bias,
                dnnl_convolution_desc_t *out_operation)
{
  const dnnl_memory_desc_t *b = bias ? &l->bias : NULL;

  switch (pass)
    {
    case TRP_CONV_BACKWARD_DATA:
      return dnnl_convolution_backward_data_desc_init (out_operation, dnnl_convolution_direct,
                                                       &l->x, &l->filter, &l->y, l->strides,
                                                       l->left, l->right);
    case TRP_CONV_BACKWARD_FILTER:
      return dnnl_convolution_backward_weights_desc_init (out_operation, dnnl_convolution_direct,
                                                          &l->x, &l->filter, NULL, &l->y,
                                                          l->strides, l->left, l->right);
    default:
      return dnnl_convolution_forward_desc_init (out_operation, dnnl_forward_training,
                                                 dnnl_convolution_direct, &l->x, &l->filter, b,
                                                 &l->y, l->strides, l->left, l->right);
    }
}

static const char *
implementation_of (const_dnnl_primitive_desc_t desc)
{
  const char *name = "";

  dnnl_primitive_desc_query (desc, dnnl_query_impl_info_str, 0, &name);
  return name;
}

/* The first implementation that is not the reference; NULL if there is none. */
static dnnl_primitive_desc_t
find_implementation (TrpOneDnn *self,
                     const dnnl_convolution_desc_t *operation,
                     const_dnnl_primitive_desc_t hint)
{
  dnnl_primitive_desc_iterator_t iterator = NULL;
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_primitive_desc_t found = NULL;

  if (dnnl_primitive_attr_create (&attributes) != dnnl_success)
    return NULL;
  dnnl_primitive_attr_set_scratchpad_mode (attributes, dnnl_scratchpad_mode_user);
  if (dnnl_primitive_desc_iterator_create (&iterator, operation, attributes, self->engine, hint) ==
      dnnl_success)
    {
      do
        {
          found = dnnl_primitive_desc_iterator_fetch (iterator);
          if (found && strncmp (implementation_of (found), "ref", 3) != 0)
            break;
          if (found)
            dnnl_primitive_desc_destroy (found);
          found = NULL;
        }
      while (dnnl_primitive_desc_iterator_next (iterator) == dnnl_success);
      dnnl_primitive_desc_iterator_destroy (iterator);
    }
  dnnl_primitive_attr_destroy (attributes);
  return found;
}

/* Backward passes want a forward one as a hint. */
static dnnl_primitive_desc_t
make_desc (TrpOneDnn *self, TrpConvPass pass, const TrpConvGeometry *geometry, bool bf16)
{
  const Layouts layouts = make_layouts (pass, geometry, bf16);
  const Layouts forward = make_layouts (TRP_CONV_FORWARD, geometry, bf16);
  dnnl_convolution_desc_t operation;
  dnnl_primitive_desc_t hint = NULL, desc;

  if (pass != TRP_CONV_FORWARD &&
      init_operation (TRP_CONV_FORWARD, &forward, false, &operation) == dnnl_success)
    dnnl_primitive_desc_create (&hint, &operation, NULL, self->engine, NULL);
  if (init_operation (pass, &layouts, geometry->bias, &operation) != dnnl_success)
    desc = NULL;
  else
    desc = find_implementation (self, &operation, hint);
  if (hint)
    dnnl_primitive_desc_destroy (hint);
  return desc;
}

static bool
make_memory (TrpOneDnn *self,
             const dnnl_memory_desc_t *layout,
             void *handle,
             dnnl_memory_t *out_memory,
             GError **error)
{
  return check (dnnl_memory_create (out_memory, layout, self->engine, handle), "describe memory",
                error);
}

static dnnl_primitive_t
make_reorder (TrpOneDnn *self,
              const dnnl_memory_desc_t *from,
              const dnnl_memory_desc_t *to,
              GError **error)
{
  dnnl_primitive_desc_t desc;
  dnnl_primitive_t reorder = NULL;

  if (!check (
        dnnl_reorder_primitive_desc_create (&desc, from, self->engine, to, self->engine, NULL),
        "reorder numbers", error))
    return NULL;
  check (dnnl_primitive_create (&reorder, desc), "reorder numbers", error);
  dnnl_primitive_desc_destroy (desc);
  return reorder;
}

static bool
prepare_rounding (TrpOneDnnConv *self,
                  const TrpConvGeometry *geometry,
                  const Layouts *layouts,
                  GError **error)
{
  const bool forward = self->pass == TRP_CONV_FORWARD;
  const dnnl_memory_desc_t *rounded = forward ? &layouts->x : &layouts->y;
  const dnnl_memory_desc_t wide = describe (forward ? geometry->x : geometry->y, dnnl_f32,
                                            dnnl_nhwc);

  self->behind_bytes = dnnl_memory_desc_get_size (rounded);
  self->round = make_reorder (self->owner, &wide, rounded, error);
  return self->round && make_memory (self->owner, &wide, DNNL_MEMORY_NONE, &self->wide, error);
}

static bool
prepare_memories (TrpOneDnnConv *self,
                  const TrpConvGeometry *geometry,
                  bool bf16,
                  const_dnnl_primitive_desc_t desc,
                  GError **error)
{
  TrpOneDnn *owner = self->owner;
  const Layouts layouts = make_layouts (self->pass, geometry, bf16);
  const dnnl_memory_desc_t ours = describe (geometry->filter, dnnl_f32, dnnl_ohwi);
  const dnnl_memory_desc_t *scratchpad = dnnl_primitive_desc_query_md (desc,
                                                                       dnnl_query_scratchpad_md, 0);
  const dnnl_memory_desc_t *wanted = dnnl_primitive_desc_query_md (
    desc, dnnl_query_exec_arg_md,
    self->pass == TRP_CONV_BACKWARD_FILTER ? DNNL_ARG_DIFF_WEIGHTS : DNNL_ARG_WEIGHTS);

  self->wanted = *wanted;
  self->workspace_bytes = scratchpad ? dnnl_memory_desc_get_size (scratchpad) : 0;
  if (!make_memory (owner, &layouts.x, DNNL_MEMORY_NONE, &self->x, error) ||
      !make_memory (owner, &layouts.y, DNNL_MEMORY_NONE, &self->y, error) ||
      !make_memory (owner, &layouts.bias, DNNL_MEMORY_NONE, &self->bias, error) ||
      !make_memory (owner, &ours, DNNL_MEMORY_NONE, &self->ours, error) ||
      (scratchpad && !make_memory (owner, scratchpad, DNNL_MEMORY_NONE, &self->scratchpad, error)))
    return false;
  if (self->pass != TRP_CONV_BACKWARD_FILTER)
    return !bf16 || prepare_rounding (self, geometry, &layouts, error);
  if (dnnl_memory_desc_equal (wanted, &ours))
    return true;
  self->behind_bytes = dnnl_memory_desc_get_size (wanted);
  self->out = make_reorder (owner, wanted, &ours, error);
  return self->out && make_memory (owner, wanted, DNNL_MEMORY_NONE, &self->filter, error);
}

static size_t
round_up (size_t size)
{
  return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

TrpOneDnnConv *
trp_onednn_conv_new (TrpOneDnn *self,
                     TrpConvPass pass,
                     const TrpConvGeometry *geometry,
                     bool bf16,
                     int n_threads,
                     GError **error)
{
  const int before = omp_get_max_threads ();
  dnnl_primitive_desc_t desc;
  TrpOneDnnConv *conv;
  bool ok;

  g_return_val_if_fail (!bf16 || pass != TRP_CONV_BACKWARD_FILTER, NULL);
  omp_set_num_threads (n_threads);
  desc = make_desc (self, pass, geometry, bf16);
  if (!desc && bf16)
    {
      bf16 = false;
      desc = make_desc (self, pass, geometry, bf16);
    }
  if (!desc)
    {
      omp_set_num_threads (before);
      return NULL;
    }
  conv = g_new0 (TrpOneDnnConv, 1);
  conv->owner = self;
  conv->pass = pass;
  conv->n_threads = n_threads;
  conv->filter_shape = geometry->filter;
  conv->implementation = g_intern_string (implementation_of (desc));
  ok = check (dnnl_primitive_create (&conv->primitive, desc), "prepare a convolution", error) &&
       prepare_memories (conv, geometry, bf16, desc, error);
  dnnl_primitive_desc_destroy (desc);
  omp_set_num_threads (before);
  if (ok)
    return conv;
  trp_onednn_conv_free (conv);
  return NULL;
}

static void
release_copy (TrpOneDnn *self, Copy *copy)
{
  if (!copy || --copy->n_users > 0)
    return;
  g_ptr_array_remove_fast (self->copies, copy);
  if (copy->reorder)
    dnnl_primitive_destroy (copy->reorder);
  if (copy->memory)
    dnnl_memory_destroy (copy->memory);
  g_free (copy);
}

static void
destroy_memory (dnnl_memory_t memory)
{
  if (memory)
    dnnl_memory_destroy (memory);
}

void
trp_onednn_conv_free (TrpOneDnnConv *self)
{
  if (!self)
    return;
  release_copy (self->owner, self->copy);
  if (self->primitive)
    dnnl_primitive_destroy (self->primitive);
  if (self->out)
    dnnl_primitive_destroy (self->out);
  if (self->round)
    dnnl_primitive_destroy (self->round);
  destroy_memory (self->x);
  destroy_memory (self->y);
  destroy_memory (self->bias);
  destroy_memory (self->filter);
  destroy_memory (self->ours);
  destroy_memory (self->wide);
  destroy_memory (self->scratchpad);
  g_free (self);
}

/* Behind the scratchpad: a filter gradient in the primitive's layout, or what is read, rounded. */
size_t
trp_onednn_conv_get_workspace (const TrpOneDnnConv *self)
{
  return round_up (self->workspace_bytes) + round_up (self->behind_bytes);
}

const char *
trp_onednn_conv_get_implementation (const TrpOneDnnConv *self)
{
  return self->implementation;
}

static Copy *
find_copy (TrpOneDnnConv *self, const float *source, GError **error)
{
  TrpOneDnn *owner = self->owner;
  const dnnl_memory_desc_t ours = describe (self->filter_shape, dnnl_f32, dnnl_ohwi);
  Copy *copy;

  for (unsigned i = 0; i < owner->copies->len; i++)
    {
      copy = g_ptr_array_index (owner->copies, i);
      if (copy->source == source && trp_shape_equal (copy->shape, self->filter_shape) &&
          dnnl_memory_desc_equal (&copy->layout, &self->wanted))
        {
          copy->n_users++;
          return copy;
        }
    }
  copy = g_new0 (Copy, 1);
  copy->source = source;
  copy->shape = self->filter_shape;
  copy->layout = self->wanted;
  copy->n_users = 1;
  g_ptr_array_add (owner->copies, copy);
  copy->reorder = make_reorder (owner, &ours, &self->wanted, error);
  if (copy->reorder &&
      make_memory (owner, &self->wanted, DNNL_MEMORY_ALLOCATE, &copy->memory, error))
    return copy;
  release_copy (owner, copy);
  return NULL;
}

static bool
reorder (
  TrpOneDnn *self, dnnl_primitive_t primitive, dnnl_memory_t from, dnnl_memory_t to, GError **error)
{
  const dnnl_exec_arg_t args[] = { { DNNL_ARG_FROM, from }, { DNNL_ARG_TO, to } };

  return check (dnnl_primitive_execute (primitive, self->stream, G_N_ELEMENTS (args), args),
                "reorder numbers", error);
}

/* Makes self->copy hold the current filter. */
static bool
update_copy (TrpOneDnnConv *self, float *filter, uint64_t version, GError **error)
{
  Copy *copy = self->copy;

  if (!copy || copy->source != filter)
    {
      copy = find_copy (self, filter, error);
      release_copy (self->owner, self->copy);
      self->copy = copy;
    }
  if (!copy)
    return false;
  if (version != 0 && copy->version == version)
    return true;
  dnnl_memory_set_data_handle (self->ours, filter);
  copy->version = version;
  return reorder (self->owner, copy->reorder, self->ours, copy->memory, error);
}

static bool
execute (TrpOneDnnConv *self, void *x, const float *bias, void *y, void *workspace, GError **error)
{
  static const int args[][3] = { { DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST },
                                 { DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST },
                                 { DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST } };
  dnnl_exec_arg_t list[MAX_ARGUMENTS];
  dnnl_memory_t weights = self->pass != TRP_CONV_BACKWARD_FILTER ? self->copy->memory
                          : self->out                            ? self->filter
                                                                 : self->ours;
  int n = 0;

  dnnl_memory_set_data_handle (self->x, x);
  dnnl_memory_set_data_handle (self->y, y);
  list[n++] = (dnnl_exec_arg_t){ args[self->pass][0], self->x };
  list[n++] = (dnnl_exec_arg_t){ args[self->pass][1], weights };
  list[n++] = (dnnl_exec_arg_t){ args[self->pass][2], self->y };
  if (bias)
    {
      dnnl_memory_set_data_handle (self->bias, (void *) bias);
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_BIAS, self->bias };
    }
  if (self->scratchpad)
    {
      dnnl_memory_set_data_handle (self->scratchpad, workspace);
      list[n++] = (dnnl_exec_arg_t){ DNNL_ARG_SCRATCHPAD, self->scratchpad };
    }
  return check (dnnl_primitive_execute (self->primitive, self->owner->stream, n, list),
                "run a convolution", error);
}

static bool
round_and_execute (
  TrpOneDnnConv *self, float *x, const float *bias, float *y, void *workspace, GError **error)
{
  const bool forward = self->pass == TRP_CONV_FORWARD;
  dnnl_memory_t to = forward ? self->x : self->y;
  void *rounded = (char *) workspace + round_up (self->workspace_bytes);

  dnnl_memory_set_data_handle (self->wide, forward ? x : y);
  dnnl_memory_set_data_handle (to, rounded);
  if (!reorder (self->owner, self->round, self->wide, to, error))
    return false;
  return forward ? execute (self, rounded, bias, y, workspace, error)
                 : execute (self, x, bias, rounded, workspace, error);
}

bool
trp_onednn_conv_run (TrpOneDnnConv *self,
                     float *x,
                     float *filter,
                     const float *bias,
                     float *y,
                     uint64_t version,
                     void *workspace,
                     GError **error)
{
  const int before = omp_get_max_threads ();
  bool ok;

  omp_set_num_threads (self->n_threads);
  if (self->pass == TRP_CONV_BACKWARD_FILTER)
    {
      dnnl_memory_set_data_handle (self->ours, filter);
      if (self->out)
        dnnl_memory_set_data_handle (self->filter,
                                     (char *) workspace + round_up (self->workspace_bytes));
      ok = execute (self, x, bias, y, workspace, error) &&
           (!self->out || reorder (self->owner, self->out, self->filter, self->ours, error));
    }
  else
    ok = update_copy (self, filter, version, error) &&
         (self->round ? round_and_execute (self, x, bias, y, workspace, error)
                      : execute (self, x, bias, y, workspace, error));
  omp_set_num_threads (before);
  return ok;
}

void
trp_onednn_multiply (int n_threads,
                     bool a_transposed,
                     bool b_transposed,
                     size_t m,
                     size_t n,
                     size_t k,
                     const float *a,
                     const float *b,
                     float beta,
                     float *c)
{
  const int before = omp_get_max_threads ();
  dnnl_status_t status;

  omp_set_num_threads (n_threads); /* of this thread; sgemm takes what OpenMP offers */
  status = dnnl_sgemm (a_transposed ? 'T' : 'N', b_transposed ? 'T' : 'N', (dnnl_dim_t) m,
                       (dnnl_dim_t) n, (dnnl_dim_t) k, 1, a, (dnnl_dim_t) (a_transposed ? m : k), b,
                       (dnnl_dim_t) (b_transposed ? k : n), beta, c, (dnnl_dim_t) n);
  omp_set_num_threads (before);

  g_assert (status == dnnl_success); /* it fails for wrong arguments only */
}
