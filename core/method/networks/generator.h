/* generator.h - the networks that make images of images
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "core/method/networks/resnet.h"
#include "core/method/networks/unet-generator.h"

G_BEGIN_DECLS

typedef enum
{
  TRP_GENERATOR_RESNET,
  TRP_GENERATOR_UNET,
} TrpGeneratorKind;

/* TrpGenerator: the one of its two networks that @kind names */
typedef struct
{
  TrpGeneratorKind kind;
  TrpResnet resnet;
  TrpUnetGenerator unet;
} TrpGenerator;

/* Appends the network on @x (n, h, w, 1), values -1..1; returns its output, the same size, in
 * -1..1. */
static inline TrpValue
trp_generator_build (TrpGraph *graph, const TrpGenerator *spec, const char *prefix, TrpValue x)
{
  return spec->kind == TRP_GENERATOR_UNET ? trp_unet_generator_build (graph, &spec->unet, prefix, x)
                                          : trp_resnet_build (graph, &spec->resnet, prefix, x);
}

G_END_DECLS
