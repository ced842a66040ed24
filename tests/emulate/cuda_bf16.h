/* cuda_bf16.h - bfloat16 as CUDA has it, in software
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The upper half of a float; conversion rounds to nearest, ties to even.
 */

#pragma once

#include <cstdint>
#include <cstring>

struct __nv_bfloat16
{
  uint16_t bits;
};

static inline float
__bfloat162float (__nv_bfloat16 value)
{
  const uint32_t bits = (uint32_t) value.bits << 16;
  float result;

  memcpy (&result, &bits, sizeof result);
  return result;
}

static inline __nv_bfloat16
__float2bfloat16 (float value)
{
  uint32_t bits;

  memcpy (&bits, &value, sizeof bits);
  if (value != value)
    return { 0x7fff };
  return { (uint16_t) ((bits + 0x7fffU + (bits >> 16 & 1U)) >> 16) };
}

static inline __nv_bfloat16
__float2bfloat16_rn (float value)
{
  return __float2bfloat16 (value);
}
