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

/* The exponents' biases: 127 and 15. */
static inline float
__half2float (__half value)
{
  const uint32_t sign = (uint32_t) (value.bits & 0x8000) << 16;
  const uint32_t exponent = value.bits >> 10 & 31, fraction = value.bits & 1023;
  const float small = (float) fraction * 0x1p-24F;
  uint32_t bits;
  float result;

  if (exponent == 0)
    return sign ? -small : small;
  bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
  memcpy (&result, &bits, sizeof result);
  return result;
}

static inline __half
__float2half (float value)
{
  uint32_t bits;
  uint16_t sign;
  float size;

  memcpy (&bits, &value, sizeof bits);
  sign = (uint16_t) (bits >> 16 & 0x8000);
  bits &= 0x7fffffff;
  memcpy (&size, &bits, sizeof size);
  if (value != value)
    return { 0x7fff };
  if (size >= 65520.0F) /* half way from the largest number to the next */
    return { (uint16_t) (sign | 0x7c00) };
  if (size < 0x1p-14F) /* steps of 2^-24; a carry makes the smallest normal number */
    return { (uint16_t) (sign | (uint16_t) lrintf (size * 0x1p24F)) };
  bits += 0xfffU + (bits >> 13 & 1U);
  return { (uint16_t) (sign | (uint16_t) ((bits >> 13) - (112U << 10))) };
}

static inline __half
__float2half_rn (float value)
{
  return __float2half (value);
}
