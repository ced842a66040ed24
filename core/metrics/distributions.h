/* distributions.h - Student's t and the normal distribution
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Boost.Math behind C; no exception leaves it. NAN for arguments outside the range. Any thread.
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Probability of a value of @t or less, @df > 0 degrees of freedom. */
double trp_student_t_get_probability (double t, double df);
/* Of |t| or more on either side: the two-sided p-value. */
double trp_student_t_get_two_sided (double t, double df);
/* @p in 0..1; the ends are infinite. */
double trp_student_t_get_quantile (double p, double df);

double trp_normal_get_probability (double z);
double trp_normal_get_two_sided (double z);
double trp_normal_get_quantile (double p);

G_END_DECLS
