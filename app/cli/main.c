/* main.c - triptych-cli: the table of verbs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "app/cli/verb.h"
#include "config.h"
#include "core/base/startup.h"
#include "core/nn/device-choice.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VERB(name) extern const TrpVerb trp_verb_##name;
#include "app/cli/verbs.h"
#undef VERB

static const TrpVerb *const verbs[] = {
#define VERB(name) &trp_verb_##name,
#include "app/cli/verbs.h"
#undef VERB
  NULL,
};

static TrpProgress terminal = { .begin = 0, .end = 1 };

/* Signals are taken from a thread of its own, because cancelling is nothing that a signal handler
 * may do. A second Ctrl+C ends the program at once; the others come twice from programs that mean
 * it once (timeout, a shell whose terminal was closed). */
static void *
watch_interrupts (void *data)
{
  const sigset_t *interrupts = data;
  int signal_number;

  while (sigwait (interrupts, &signal_number) == 0)
    {
      if (signal_number == SIGINT && g_cancellable_is_cancelled (terminal.cancellable))
        _exit (128 + signal_number);
      g_cancellable_cancel (terminal.cancellable);
    }
  return NULL;
}

/* Before any other thread exists: they inherit the mask. What the caller has the program ignore
 * (nohup) stays ignored. */
static void
start_watching (void)
{
  static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
  static sigset_t interrupts;

  sigemptyset (&interrupts);
  for (size_t n = 0; n < G_N_ELEMENTS (numbers); n++)
    {
      struct sigaction action;

      if (sigaction (numbers[n], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
        sigaddset (&interrupts, numbers[n]);
    }
  if (pthread_sigmask (SIG_BLOCK, &interrupts, NULL) == 0)
    g_thread_unref (g_thread_new ("trp-interrupt", watch_interrupts, &interrupts));
}

static void
on_progress (double fraction, const char *text, void *data)
{
  fprintf (stderr, "\r\033[K%3.0f %%  %s", 100 * fraction, text ? text : "");
  if (fraction >= 1)
    fprintf (stderr, "\r\033[K");
  fflush (stderr);
}

TrpProgress *
trp_verb_progress (void)
{
  if (!terminal.cancellable)
    {
      terminal.cancellable = g_cancellable_new ();
      start_watching ();
      if (isatty (STDERR_FILENO))
        terminal.func = on_progress;
    }
  return &terminal;
}

void
trp_verb_say (const char *sentence, void *data)
{
  fprintf (stderr, isatty (STDERR_FILENO) ? "\r\033[K%s\n" : "%s\n", sentence);
}

/* One line, also where a file's name holds a line end. */
static void
print_line (const char *message)
{
  g_autofree char *line = g_strdelimit (g_strdup (message), "\r\n", ' ');

  fprintf (stderr, "triptych-cli: %s\n", line);
}

static void
clear_progress (void)
{
  if (terminal.func)
    fprintf (stderr, "\r\033[K");
}

int
trp_verb_fail (const GError *error)
{
  clear_progress ();
  print_line (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? _ ("stopped")
                                                                        : error->message);
  return TRP_EXIT_FAILED;
}

int
trp_verb_stop (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  clear_progress ();
  print_line (message);
  return TRP_EXIT_FAILED;
}

int
trp_verb_usage (const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  print_line (message);
  return TRP_EXIT_USAGE;
}

bool
trp_verb_parse (const TrpVerb *verb,
                const GOptionEntry *entries,
                int n_min,
                int n_max,
                int *io_argc,
                char ***io_argv)
{
  g_autofree char *line = g_strdup (verb->arguments);
  g_autoptr (GOptionContext) context = g_option_context_new (line);
  g_autofree char *program = g_strdup_printf ("triptych-cli %s", verb->name);
  g_autoptr (GError) error = NULL;

  g_set_prgname (program);
  g_option_context_set_summary (context, _ (verb->help));
  if (verb->notes)
    g_option_context_set_description (context, _ (verb->notes));
  if (entries)
    g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, io_argc, io_argv, &error))
    {
      trp_verb_usage (_ ("%s: %s; try --help"), verb->name, error->message);
      return false;
    }
  if (*io_argc > 1 && strcmp ((*io_argv)[1], "--") == 0)
    {
      memmove (*io_argv + 1, *io_argv + 2, (size_t) (*io_argc - 1) * sizeof **io_argv);
      --*io_argc;
    }
  if (*io_argc - 1 >= n_min && *io_argc - 1 <= n_max)
    return true;
  trp_verb_usage (_ ("usage: triptych-cli %s %s"), verb->name, verb->arguments);
  return false;
}

void
trp_json_print (JsonBuilder *builder)
{
  g_autofree char *text = trp_json_to_text (builder);

  printf ("%s\n", text);
}

GArray *
trp_verb_parse_numbers (const char *option, const char *text, size_t n_min, size_t n_max)
{
  g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (size_t n = 0; parts[n]; n++)
    {
      char *end;
      const double value = g_ascii_strtod (parts[n], &end);

      if (end == parts[n] || *end != '\0' || !isfinite (value))
        {
          trp_verb_usage (_ ("%s: \"%s\" is not a number"), option, parts[n]);
          return NULL;
        }
      g_array_append_val (numbers, value);
    }
  if (numbers->len >= n_min && numbers->len <= n_max)
    return g_steal_pointer (&numbers);
  trp_verb_usage (_ ("%s takes %zu to %zu numbers with commas between"), option, n_min, n_max);
  return NULL;
}

bool
trp_verb_check_device (const char *device, const char *precision, TrpPrecision *out_precision)
{
  g_autoptr (GError) error = NULL;

  if ((!device || trp_device_check_name (device, &error)) &&
      (!precision || trp_precision_parse (precision, out_precision, &error)))
    return true;
  trp_verb_usage ("%s", error->message);
  return false;
}

bool
trp_verb_check_frame (int frame)
{
  if (frame < 0)
    trp_verb_usage (_ ("--frame counts from 0"));
  return frame >= 0;
}

static void
print_help (FILE *stream)
{
  fprintf (stream,
           _ ("Usage: triptych-cli VERB ...\n\nVerbs (triptych-cli VERB --help says more):\n"));
  for (size_t n = 0; verbs[n]; n++)
    fprintf (stream, "  %-12s %s\n", verbs[n]->name, _ (verbs[n]->help));
}

/* What was printed has to have arrived: a script must not take half an object for a whole one. */
static int
finish (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  if (status == TRP_EXIT_DONE)
    fprintf (stderr, _ ("triptych-cli: standard output cannot be written: %s\n"),
             g_strerror (errno));
  return status == TRP_EXIT_DONE ? TRP_EXIT_FAILED : status;
}

int
main (int argc, char **argv)
{
  trp_startup (argv);
  if (argc >= 2 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0))
    {
      print_help (stdout);
      return finish (TRP_EXIT_DONE);
    }
  if (argc >= 2 && strcmp (argv[1], "--version") == 0)
    {
      printf ("triptych-cli %s\n", TRP_VERSION);
      return finish (TRP_EXIT_DONE);
    }
  for (size_t n = 0; argc >= 2 && verbs[n]; n++)
    if (strcmp (verbs[n]->name, argv[1]) == 0)
      return finish (verbs[n]->run (argc - 1, argv + 1));
  if (argc >= 2)
    trp_verb_usage (_ ("unknown verb \"%s\""), argv[1]);
  print_help (stderr);
  return TRP_EXIT_USAGE;
}
