/* cuda_fp16.h - half precision as CUDA has it, in software
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * 5 bits of exponent, 10 of fraction, with subnormals; conversion rounds to nearest, ties to even.
 */

#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>

struct __half
{
  uint16_t bits;
};

static inline float
__half2float (__half value)
{
  const int exponent = value.bits >> 10 & 31, fraction = value.bits & 1023;
  const float sign = value.bits & 0x8000 ? -1.0F : 1.0F;

  if (exponent == 31)
    return fraction ? NAN : sign * INFINITY;
  if (exponent == 0)
    return sign * ldexpf ((float) fraction, -24);
  return sign * ldexpf ((float) (fraction + 1024), exponent - 25);
}

static inline __half
__float2half (float value)
{
  const uint16_t sign = std::signbit (value) ? 0x8000 : 0;
  const float size = fabsf (value);
  int exponent;
  uint32_t steps;

  if (value != value)
    return { 0x7fff };
  if (size >= 65520.0F) /* half way from the largest number to the next */
    return { (uint16_t) (sign | 0x7c00) };
  if (size < ldexpf (1, -14)) /* steps of 2^-24; a carry makes the smallest normal number */
    return { (uint16_t) (sign | (uint16_t) lrintf (ldexpf (size, 24))) };
  frexpf (size, &exponent);
  steps = (uint32_t) lrintf (ldexpf (size, 11 - exponent)); /* 1024 to 2048 */
  return { (uint16_t) (sign | (((uint32_t) (exponent + 13) << 10) + steps)) };
}

static inline __half
__float2half_rn (float value)
{
  return __float2half (value);
}
