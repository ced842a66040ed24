/* formula-template.h - the bodies for formula.h, which includes this once per type
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * No include guard on purpose.
 */

TRP_FORMULA TRP_REAL
TRP_NAME (sigmoid) (TRP_REAL x)
{
  return 1 / (1 + TRP_MATH (exp) (-x));
}

TRP_FORMULA TRP_REAL
TRP_NAME (activation) (TrpActivation kind, TRP_REAL alpha, TRP_REAL x)
{
  switch (kind)
    {
    case TRP_ACTIVATION_RELU:
      return x > 0 ? x : 0;
    case TRP_ACTIVATION_LEAKY_RELU:
      return x > 0 ? x : alpha * x;
    case TRP_ACTIVATION_TANH:
      return TRP_MATH (tanh) (x);
    case TRP_ACTIVATION_SIGMOID:
      return TRP_NAME (sigmoid) (x);
    default:
      return x;
    }
}

/* Derivative from the output @y. */
TRP_FORMULA TRP_REAL
TRP_NAME (activation_slope) (TrpActivation kind, TRP_REAL alpha, TRP_REAL y)
{
  switch (kind)
    {
    case TRP_ACTIVATION_RELU:
      return y > 0 ? 1 : 0;
    case TRP_ACTIVATION_LEAKY_RELU:
      return y > 0 ? 1 : alpha;
    case TRP_ACTIVATION_TANH:
      return 1 - y * y;
    case TRP_ACTIVATION_SIGMOID:
      return y * (1 - y);
    default:
      return 1;
    }
}

/* What dropout makes of @x, whose random word is @word. */
TRP_FORMULA TRP_REAL
TRP_NAME (dropout) (uint32_t word, uint32_t limit, TRP_REAL factor, TRP_REAL x)
{
  return word >= limit ? factor * x : 0;
}

/* Which of four is the largest; the first of equal ones. */
TRP_FORMULA int
TRP_NAME (first_maximum) (TRP_REAL a, TRP_REAL b, TRP_REAL c, TRP_REAL d)
{
  const TRP_REAL top = b > a ? b : a, third = c > top ? c : top;

  return d > third ? 3 : c > top ? 2 : b > a ? 1 : 0;
}

TRP_FORMULA TRP_REAL
TRP_NAME (pixel_loss) (TrpPixelLoss kind, TRP_REAL x, TRP_REAL target)
{
  switch (kind)
    {
    case TRP_PIXEL_LOSS_L1:
      return TRP_MATH (fabs) (x - target);
    case TRP_PIXEL_LOSS_BCE_LOGITS:
      return (x > 0 ? x : 0) - x * target +
             TRP_MATH (log1p) (TRP_MATH (exp) (-TRP_MATH (fabs) (x)));
    default:
      return (x - target) * (x - target);
    }
}

TRP_FORMULA TRP_REAL
TRP_NAME (pixel_loss_slope) (TrpPixelLoss kind, TRP_REAL x, TRP_REAL target)
{
  switch (kind)
    {
    case TRP_PIXEL_LOSS_L1:
      return x > target ? 1 : x < target ? -1 : 0;
    case TRP_PIXEL_LOSS_BCE_LOGITS:
      return TRP_NAME (sigmoid) (x) - target;
    default:
      return 2 * (x - target);
    }
}

/* d(1 - @both / @all) / dp of soft Dice; @both = 2 sum pg + s, @all = sum p + sum g + s. */
TRP_FORMULA TRP_REAL
TRP_NAME (dice_slope) (TRP_REAL target, TRP_REAL both, TRP_REAL all)
{
  return (both - 2 * target * all) / (all * all);
}

/* What one step of Adam has in common: step_size = lr / (1 - beta1^t), root_correction = sqrt (1 -
 * beta2^t). In double on every device, since 1 - beta2 is lost in float. */
TRP_FORMULA void
TRP_NAME (adam_rates) (TRP_REAL learning_rate,
                       TRP_REAL step,
                       TRP_REAL beta1,
                       TRP_REAL beta2,
                       TRP_REAL *out_step_size,
                       TRP_REAL *out_root_correction)
{
  *out_step_size = learning_rate / (1 - TRP_MATH (pow) (beta1, step));
  *out_root_correction = TRP_MATH (sqrt) (1 - TRP_MATH (pow) (beta2, step));
}

/* One element of Adam in PyTorch's order: moments, then p -= lr / c1 * m / (sqrt (v) / sqrt (c2) +
 * eps). */
TRP_FORMULA void
TRP_NAME (adam) (TRP_REAL gradient,
                 TRP_REAL beta1,
                 TRP_REAL beta2,
                 TRP_REAL eps,
                 TRP_REAL weight_decay,
                 TRP_REAL step_size,
                 TRP_REAL root_correction,
                 TRP_REAL *parameter,
                 TRP_REAL *m,
                 TRP_REAL *v)
{
  const TRP_REAL g = gradient + weight_decay * *parameter;

  *m = beta1 * *m + (1 - beta1) * g;
  *v = beta2 * *v + (1 - beta2) * g * g;
  *parameter -= step_size * *m / (TRP_MATH (sqrt) (*v) / root_correction + eps);
}

/* One element of RMSprop in PyTorch's order; without momentum @b is 0 before each step. */
TRP_FORMULA void
TRP_NAME (rmsprop) (TRP_REAL gradient,
                    TRP_REAL alpha,
                    TRP_REAL eps,
                    TRP_REAL momentum,
                    TRP_REAL weight_decay,
                    TRP_REAL learning_rate,
                    TRP_REAL *parameter,
                    TRP_REAL *v,
                    TRP_REAL *b)
{
  const TRP_REAL g = gradient + weight_decay * *parameter;

  *v = alpha * *v + (1 - alpha) * g * g;
  *b = momentum * *b + g / (TRP_MATH (sqrt) (*v) + eps);
  *parameter -= learning_rate * *b;
}

/* What is no number stays so, and shows. */
TRP_FORMULA TRP_REAL
TRP_NAME (clip) (TRP_REAL x, TRP_REAL limit)
{
  return x > limit ? limit : x < -limit ? -limit : x;
}

/* Bilinear upsampling to twice the size with corners that stay: output @position of an axis lies
 * between input position / 2, the nearer, and the farther trp_bilinear_far(), whose share this is.
 */
TRP_FORMULA TRP_REAL
TRP_NAME (bilinear_share) (int position, int size)
{
  const int near = position / 2;

  return (TRP_REAL) (position % 2 ? size - 1 - near : near) / (TRP_REAL) (2 * size - 1);
}

/* The other way round: shares of input @position in outputs 2 @position - 1 to 2 @position + 2, 0
 * for those outside. */
TRP_FORMULA void
TRP_NAME (bilinear_targets) (int position, int size, TRP_REAL out_shares[4])
{
  const bool first = position == 0, last = position == size - 1;

  out_shares[0] = first ? 0 : TRP_NAME (bilinear_share) (2 * position - 1, size);
  out_shares[1] = 1 - TRP_NAME (bilinear_share) (2 * position, size);
  out_shares[2] = 1 - TRP_NAME (bilinear_share) (2 * position + 1, size);
  out_shares[3] = last ? 0 : TRP_NAME (bilinear_share) (2 * position + 2, size);
}

/* The factor that takes the scale out of this step's gradients, 0 to skip the step; then the scale
 * for the next one. All powers of two, so that nothing is rounded. */
TRP_FORMULA TRP_REAL
TRP_NAME (loss_scale) (bool all_finite, int interval, TRP_REAL *scale, TRP_REAL *good_steps)
{
  const TRP_REAL factor = all_finite ? 1 / *scale : 0;
  const bool grows = all_finite && *good_steps + 1 >= (TRP_REAL) interval;

  *good_steps = all_finite && !grows ? *good_steps + 1 : 0;
  if (!all_finite && *scale > (TRP_REAL) TRP_LOSS_SCALE_MIN)
    *scale /= 2;
  else if (grows && *scale < (TRP_REAL) TRP_LOSS_SCALE_MAX)
    *scale *= 2;
  return factor;
}

TRP_FORMULA TRP_REAL
TRP_NAME (ema) (TRP_REAL parameter, TRP_REAL average, TRP_REAL decay)
{
  return decay * average + (1 - decay) * parameter;
}

/* NCC from the sums of ab, aa and bb of two images without their means. @eps inside the root, so
 * that two constants give 1 and one constant about 0. */
TRP_FORMULA TRP_REAL
TRP_NAME (correlation) (TRP_REAL ab, TRP_REAL aa, TRP_REAL bb, TRP_REAL eps)
{
  return (ab + eps) / (TRP_MATH (sqrt) (aa + eps) * TRP_MATH (sqrt) (bb + eps));
}

/* dNCC/da = b_factor b - a_factor a; no gradient where either image is constant: a step without
 * direction, scaled by 1 / eps, would follow. */
TRP_FORMULA void
TRP_NAME (correlation_slope) (TRP_REAL ab,
                              TRP_REAL aa,
                              TRP_REAL bb,
                              TRP_REAL eps,
                              TRP_REAL *out_b_factor,
                              TRP_REAL *out_a_factor)
{
  const bool constant = aa < eps || bb < eps;

  *out_b_factor = constant ? 0 : 1 / (TRP_MATH (sqrt) (aa + eps) * TRP_MATH (sqrt) (bb + eps));
  *out_a_factor = constant ? 0 : TRP_NAME (correlation) (ab, aa, bb, eps) / (aa + eps);
}

/* Image values of -1..1 to 0..1. */
TRP_FORMULA TRP_REAL
TRP_NAME (ssim_unit) (TRP_REAL x)
{
  return (x + 1) * (TRP_REAL) TRP_SSIM_UNIT_SLOPE;
}

/* The window along one axis; sums to 1. */
TRP_FORMULA void
TRP_NAME (ssim_weights) (TRP_REAL *out_weights)
{
  TRP_REAL sum = 0;

  for (int i = 0; i < TRP_SSIM_SIZE; i++)
    {
      const TRP_REAL distance = (TRP_REAL) (i - TRP_SSIM_SIZE / 2) / (TRP_REAL) TRP_SSIM_SIGMA;

      out_weights[i] = TRP_MATH (exp) (-distance * distance / 2);
      sum += out_weights[i];
    }
  for (int i = 0; i < TRP_SSIM_SIZE; i++)
    out_weights[i] /= sum;
}

/* (2 mx my + C1)(2 sxy + C2) / ((mx^2 + my^2 + C1)(sx^2 + sy^2 + C2)) from the window's means of u,
 * v, u^2, v^2 and uv. Rounding can make a constant's variance negative: it is clamped at 0. */
TRP_FORMULA TRP_REAL
TRP_NAME (ssim) (TRP_REAL mx, TRP_REAL my, TRP_REAL xx, TRP_REAL yy, TRP_REAL xy)
{
  const TRP_REAL c1 = (TRP_REAL) TRP_SSIM_C1, c2 = (TRP_REAL) TRP_SSIM_C2;
  const TRP_REAL vx = xx - mx * mx, vy = yy - my * my;

  return (2 * mx * my + c1) * (2 * (xy - mx * my) + c2) /
         ((mx * mx + my * my + c1) * ((vx > 0 ? vx : 0) + (vy > 0 ? vy : 0) + c2));
}

/* Derivatives by mx, xx and xy; a clamped variance of x has none. */
TRP_FORMULA void
TRP_NAME (ssim_slopes) (TRP_REAL mx,
                        TRP_REAL my,
                        TRP_REAL xx,
                        TRP_REAL yy,
                        TRP_REAL xy,
                        TRP_REAL *out_mx,
                        TRP_REAL *out_xx,
                        TRP_REAL *out_xy)
{
  const TRP_REAL c1 = (TRP_REAL) TRP_SSIM_C1, c2 = (TRP_REAL) TRP_SSIM_C2;
  const TRP_REAL vx = xx - mx * mx, vy = yy - my * my;
  const TRP_REAL a1 = 2 * mx * my + c1, a2 = 2 * (xy - mx * my) + c2;
  const TRP_REAL b1 = mx * mx + my * my + c1;
  const TRP_REAL b2 = (vx > 0 ? vx : 0) + (vy > 0 ? vy : 0) + c2;
  const TRP_REAL s = a1 * a2 / (b1 * b2);

  *out_xx = vx > 0 ? -s / b2 : 0;
  *out_xy = 2 * a1 / (b1 * b2);
  *out_mx = 2 * my * (a2 - a1) / (b1 * b2) - 2 * mx * (s / b1 + *out_xx);
}
