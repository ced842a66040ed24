/* fuzz-safetensors.c - arbitrary bytes as a safetensors file
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Whatever is accepted must be readable to its last byte.
 */

#include "core/io/safetensors.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, size);
  g_autoptr (TrpSafetensors) file = trp_safetensors_parse (copy, NULL);
  unsigned sum = 0;

  for (size_t i = 0; file && i < trp_safetensors_get_n_tensors (file); i++)
    {
      const TrpTensorView *view = trp_safetensors_peek_tensor (file, i);

      g_assert (trp_safetensors_find (file, view->name) == view);
      for (size_t j = 0; j < view->count * trp_dtype_get_size (view->dtype); j++)
        sum += view->data[j];
    }
  return sum == 1 ? -1 : 0; /* the sum keeps the reads */
}
