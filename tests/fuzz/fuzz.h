/* fuzz.h - what every fuzzer defines
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Built with -Dfuzz=true (clang) it is a libFuzzer program; otherwise replay.c feeds it the saved
 * corpus, tests/fuzz/corpus/NAME, as a test. A crash found by a fuzzer becomes a file there.
 */

#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);
