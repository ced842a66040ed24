/* distributions.cc - see distributions.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "core/metrics/distributions.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <limits>

namespace
{
namespace bm = boost::math;
namespace policies = boost::math::policies;

/* What cannot be computed becomes NAN or INFINITY, never an exception. */
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::pole_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>,
                               policies::promote_double<false>>;
using StudentT = bm::students_t_distribution<double, Quiet>;
using Normal = bm::normal_distribution<double, Quiet>;

const double no_number = std::numeric_limits<double>::quiet_NaN ();
const double infinity = std::numeric_limits<double>::infinity ();

bool
is_degrees (double df)
{
  return df > 0 && !std::isnan (df);
}
} // namespace

double
trp_student_t_get_probability (double t, double df)
{
  if (std::isnan (t) || !is_degrees (df))
    return no_number;
  if (std::isinf (t))
    return t > 0 ? 1 : 0;
  return bm::cdf (StudentT (df), t);
}

double
trp_student_t_get_two_sided (double t, double df)
{
  return 2 * trp_student_t_get_probability (-std::fabs (t), df);
}

double
trp_student_t_get_quantile (double p, double df)
{
  if (!(p >= 0 && p <= 1) || !is_degrees (df))
    return no_number;
  if (p <= 0 || p >= 1)
    return p <= 0 ? -infinity : infinity;
  return bm::quantile (StudentT (df), p);
}

double
trp_normal_get_probability (double z)
{
  if (std::isnan (z))
    return no_number;
  if (std::isinf (z))
    return z > 0 ? 1 : 0;
  return bm::cdf (Normal (), z);
}

double
trp_normal_get_two_sided (double z)
{
  return 2 * trp_normal_get_probability (-std::fabs (z));
}

double
trp_normal_get_quantile (double p)
{
  if (!(p >= 0 && p <= 1))
    return no_number;
  if (p <= 0 || p >= 1)
    return p <= 0 ? -infinity : infinity;
  return bm::quantile (Normal (), p);
}
