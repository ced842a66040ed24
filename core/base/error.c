/* error.c - see error.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/base/error.h"

G_DEFINE_QUARK (trp - error - quark, trp_error)
