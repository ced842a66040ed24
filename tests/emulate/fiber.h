/* fiber.h - stacks that take turns on one thread
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A fiber runs its function, which never returns; whoever switches to it goes on when it is
 * switched back to. AddressSanitizer is told. All calls for one fiber come from one thread.
 */

#pragma once

#include <cstddef>

struct TrpFiber;

/* The fiber of the caller's own stack. */
TrpFiber *trp_fiber_new_main (void);
/* Runs @run (@data) at the first switch to it. */
TrpFiber *trp_fiber_new (void (*run) (void *data), void *data);
void trp_fiber_switch (TrpFiber *from, TrpFiber *to);
