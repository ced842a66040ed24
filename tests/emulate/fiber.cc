/* fiber.cc - see fiber.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * On x86-64 a switch is fifteen instructions; elsewhere the C library's swapcontext, which also
 * asks the kernel to keep the signal mask.
 */

#include "tests/emulate/fiber.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

#ifndef __x86_64__
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif

#ifdef HAVE_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

#define STACK_BYTES ((size_t) 256 << 10)
#define GUARD_BYTES ((size_t) 4096)

struct TrpFiber
{
#ifdef __x86_64__
  void *stack_pointer;
#else
  ucontext_t context;
#endif
  void (*run) (void *data);
  void *data;
  const void *stack; /* of the main fiber: known after the first switch away from it */
  size_t stack_bytes;
  void *asan_stack;
};

static TrpFiber *previous; /* who switched to the fiber that runs now */

static void
start_switch (TrpFiber *from, TrpFiber *to)
{
  previous = from;
#ifdef HAVE_ASAN
  __sanitizer_start_switch_fiber (&from->asan_stack, to->stack, to->stack_bytes);
#endif
}

/* In the fiber that was switched to; @self is NULL at its first time. */
static void
finish_switch (TrpFiber *self)
{
#ifdef HAVE_ASAN
  __sanitizer_finish_switch_fiber (self ? self->asan_stack : nullptr, &previous->stack,
                                   &previous->stack_bytes);
#else
  (void) self;
#endif
}

static TrpFiber *starting;

static void
enter (void)
{
  TrpFiber *self = starting;

  finish_switch (nullptr);
  self->run (self->data);
  abort ();
}

#ifdef __x86_64__

extern "C" void trp_fiber_swap (void **out_stack_pointer, void *stack_pointer);

asm(".text\n"
    ".hidden trp_fiber_swap\n"
    ".globl trp_fiber_swap\n"
    ".type trp_fiber_swap, @function\n"
    "trp_fiber_swap:\n"
    "  pushq %rbp\n"
    "  pushq %rbx\n"
    "  pushq %r12\n"
    "  pushq %r13\n"
    "  pushq %r14\n"
    "  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n"
    "  popq %r14\n"
    "  popq %r13\n"
    "  popq %r12\n"
    "  popq %rbx\n"
    "  popq %rbp\n"
    "  ret\n"
    ".size trp_fiber_swap, . - trp_fiber_swap\n");

/* What trp_fiber_swap() pops: six registers, the address of enter(), and a last word that aligns
 * the stack as a call would. */
static void
prepare (TrpFiber *self)
{
  void **top = (void **) ((char *) self->stack + self->stack_bytes);

  *--top = nullptr;
  *--top = (void *) enter;
  for (int i = 0; i < 6; i++)
    *--top = nullptr;
  self->stack_pointer = top;
}

static void
swap (TrpFiber *from, TrpFiber *to)
{
  trp_fiber_swap (&from->stack_pointer, to->stack_pointer);
}

#else

static void
prepare (TrpFiber *self)
{
  getcontext (&self->context);
  self->context.uc_stack.ss_sp = (void *) self->stack;
  self->context.uc_stack.ss_size = self->stack_bytes;
  makecontext (&self->context, enter, 0);
}

static void
swap (TrpFiber *from, TrpFiber *to)
{
  swapcontext (&from->context, &to->context);
}

#endif

TrpFiber *
trp_fiber_new_main (void)
{
  return new TrpFiber ();
}

TrpFiber *
trp_fiber_new (void (*run) (void *data), void *data)
{
  TrpFiber *self = new TrpFiber ();
  char *memory = (char *) mmap (nullptr, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (memory == MAP_FAILED || mprotect (memory, GUARD_BYTES, PROT_NONE) != 0)
    {
      perror ("emulated device: a thread's stack");
      abort ();
    }
  self->run = run;
  self->data = data;
  self->stack = memory + GUARD_BYTES;
  self->stack_bytes = STACK_BYTES;
  prepare (self);
  return self;
}

void
trp_fiber_switch (TrpFiber *from, TrpFiber *to)
{
  starting = to;
  start_switch (from, to);
  swap (from, to);
  finish_switch (from);
}
