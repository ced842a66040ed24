/* verb.h - what every verb of triptych-cli is made of
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One file per verb, cli/VERB.c, defines one TrpVerb; cli/main.c lists them. A verb parses its own
 * arguments with GOption, does the work through core and prints.
 */

#pragma once

#include "core/base/json.h"
#include "core/base/progress.h"
#include "core/nn/backend.h"

G_BEGIN_DECLS

enum
{
  TRP_EXIT_DONE = 0,
  TRP_EXIT_FAILED = 1, /* one line on standard error says what and why */
  TRP_EXIT_USAGE = 2,
};

/**
 * TrpVerb:
 * @name: first argument
 * @arguments: for the help, e.g. "REF TEST [--json]"
 * @help: one line
 * @notes: (nullable): after the options in --help
 * @run: @argv[0] is the verb's name; returns an exit status
 */
typedef struct
{
  const char *name;
  const char *arguments;
  const char *help;
  const char *notes;
  int (*run) (int argc, char **argv);
} TrpVerb;

/**
 * trp_verb_parse:
 * @entries: (nullable): GOption entries
 * @n_min, @n_max: how many other arguments there must be
 * @io_argc, @io_argv: reduced to the other arguments ([0] stays the verb)
 *
 * Returns: false after printing one line on standard error: leave with TRP_EXIT_USAGE.
 */
bool trp_verb_parse (const TrpVerb *verb,
                     const GOptionEntry *entries,
                     int n_min,
                     int n_max,
                     int *io_argc,
                     char ***io_argv);

/* Prints "triptych-cli: MESSAGE" on standard error; what was cancelled says that it stopped.
 * Returns: TRP_EXIT_FAILED. */
int trp_verb_fail (const GError *error);
/* The same with a sentence of the program, for work that was stopped. */
int trp_verb_stop (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* Prints a usage mistake. Returns: TRP_EXIT_USAGE. */
int trp_verb_usage (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* One line on standard error, above the progress line of a terminal. @data: not used. */
void trp_verb_say (const char *sentence, void *data);
/* A progress line on standard error, on a terminal and only there; Ctrl+C, SIGTERM
 * and SIGHUP cancel. */
TrpProgress *trp_verb_progress (void);

/* Prints the finished builder on standard output as one line of JSON with 17 significant digits. */
void trp_json_print (JsonBuilder *builder);
/* "0.5,1,2" to numbers (in C notation). Returns: NULL after printing a usage mistake. (element-type
 * double) */
GArray *trp_verb_parse_numbers (const char *option, const char *text, size_t n_min, size_t n_max);
/* Of --device and --precision, each nullable; @out_precision stays as it is without one. Returns:
 * false after printing a usage mistake. */
bool trp_verb_check_device (const char *device, const char *precision, TrpPrecision *out_precision);
/* Of --frame. Returns: false after printing a usage mistake. */
bool trp_verb_check_frame (int frame);

G_END_DECLS
