/* fake-gpu.h - a machine with, or without, a GPU
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each call changes what the program and its children find from now on: by TRIPTYCH_MODULE_DIR and
 * TRIPTYCH_FAKE_GPU. No other threads at that time.
 */

#pragma once

/* @words: of fake-gpu.c; "": a sound device. @folder: of the test, where the module is put. */
void trp_fake_gpu_install (const char *folder, const char *words);
/* A file of that content, or, with NULL, a library that is no module. */
void trp_fake_gpu_install_broken (const char *folder, const char *content);
void trp_fake_gpu_remove (void);
