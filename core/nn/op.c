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
