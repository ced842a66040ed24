/* op.c - see op.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/nn/op.h"

static const TrpOpClass *const classes[TRP_N_OPS] = {
#define OP(name) [TRP_OP_##name] = &trp_op_##name,
#include "core/nn/op-list.h"
#undef OP
};

const TrpOpClass *
trp_op_class (TrpOpKind kind)
{
  g_assert ((unsigned) kind < TRP_N_OPS);
  return classes[kind];
}

bool
trp_op_same_shape (const TrpOpDesc *desc, GError **error)
{
  const TrpShape a = desc->inputs[0].shape, b = desc->inputs[1].shape;

  g_assert (a.n == b.n && a.c == b.c);
  if (a.h == b.h && a.w == b.w)
    return true;
  g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
               "Images of %d x %d and %d x %d do not fit; the size must be divisible by what the "
               "network shrinks it by",
               a.w, a.h, b.w, b.h);
  return false;
}

bool
trp_op_padded_shape (const TrpOpAttributes *a, TrpShape x, TrpShape *out_shape, GError **error)
{
  const int rows = MAX (a->pad_top, a->pad_bottom), columns = MAX (a->pad_left, a->pad_right);

  g_assert (a->pad_top >= 0 && a->pad_bottom >= 0 && a->pad_left >= 0 && a->pad_right >= 0);
  if (a->mode == TRP_PAD_REFLECT && (rows >= x.h || columns >= x.w))
    {
      g_set_error (error, TRP_ERROR, TRP_ERROR_GEOMETRY,
                   "An image of %d x %d is too small for this network: it cannot be mirrored by %d "
                   "pixels",
                   x.w, x.h, MAX (rows, columns));
      return false;
    }
  *out_shape = (TrpShape){ x.n, x.h + a->pad_top + a->pad_bottom, x.w + a->pad_left + a->pad_right,
                           x.c };
  return true;
}
