#pragma once

#include "autograd/core_ops.hpp"
#include "autograd/random.hpp"

/// The catalogue of operations; the first dozen of them, with which one can train and paint, are in
/// core_ops.hpp. Each lives in `ops/<name>.cpp`, formula, forward and backward next
/// to each other. The formula stands above the node, in indented lines: y, then the gradient to each
/// input; `viz tape` shows these. All throw ShapeError, naming themselves and what they got, if shapes,
/// indices or options do not fit, and GraphError for a tensor that is undefined.
///
/// A batch of none is allowed: N = 0 gives an output of none, and gradients of zero. Only what has no
/// value then, `mean` and `max` over it, `mse`, `cross_entropy` and `batch_norm2d` in training, throws
/// ShapeError. NaN stays NaN, wherever it comes from.
///
/// Dimensions: N images, C channels, H x W pixels; [..] is any shape.
namespace glass {

// arithmetic, elementwise, for two tensors that meet as those of `add` do
Tensor sub(const Tensor& a, const Tensor& b);  ///< a - b
Tensor div(const Tensor& a, const Tensor& b);  ///< a / b
Tensor div(double a, const Tensor& b);         ///< a / b

// functions of one number: [..] -> [..]
Tensor neg(const Tensor& a);     ///< -a
Tensor square(const Tensor& x);  ///< x^2
Tensor sqrt(const Tensor& x);    ///< the gradient at 0 is infinite; below 0 NaN
Tensor abs(const Tensor& x);     ///< |x|; the gradient at 0 is 0
Tensor exp(const Tensor& x);     ///< e^x
Tensor log(const Tensor& x);     ///< to base e; of 0 minus infinity, below 0 NaN

// operators: what each puts on the tape
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }  ///< `sub`
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }  ///< `div`
inline Tensor operator-(const Tensor& a) { return neg(a); }                      ///< `neg`
inline Tensor operator-(const Tensor& a, double b) { return add(a, -b); }        ///< `add`
inline Tensor operator-(double a, const Tensor& b) { return add(neg(b), a); }    ///< `neg`, `add`
inline Tensor operator/(const Tensor& a, double b) { return mul(a, 1 / b); }     ///< `mul`
inline Tensor operator/(double a, const Tensor& b) { return div(a, b); }         ///< `div`

// reductions: of everything, [..] -> []; or along axes, counted from 0, which then have size 1 if `keep`
// says so, so that the result fits x again, and else are gone: sum(x[N,K], {1}) is [N]
/// The sums along these axes.
Tensor sum(const Tensor& x, const std::vector<int>& axes, bool keep = false);
Tensor mean(const Tensor& x);  ///< sum_i x[i] / n, over n elements
/// The means along these axes.
Tensor mean(const Tensor& x, const std::vector<int>& axes, bool keep = false);
/// The largest along an axis, which must not be empty; of equal ones the first gets the gradient. NaN
/// counts as larger than any number.
Tensor max(const Tensor& x, int axis, bool keep = false);
/// Where these are, 0 to size - 1, in the order of `max`; no tensor, and nothing that has a gradient.
std::vector<Index> argmax(const Tensor& x, int axis);

// matrices
/// a[M,K] b[K,N] -> [M,N]
Tensor matmul(const Tensor& a, const Tensor& b);
/// x[N,K] -> [N,K]: each row divided by its Euclidean norm, or by 1e-12 if that is more, so that a
/// row of zeros stays one. Of such rows, `linear(u, u)` gives the cosines between all pairs.
Tensor unit_rows(const Tensor& x);

// pooling: x[N,C,H,W] -> [N,C,P,Q], P = (H + 2 padding - dilation (R - 1) - 1) / stride + 1
/// Options of the poolings. A `stride` of 0 stands for the window's own size: windows that tile the
/// image.
struct Pool2dOptions {
  Size2 kernel = 2, stride = 0, padding = 0, dilation = 1;  ///< in pixels
  /// P and Q are rounded up: a last window may stick out, if it does not begin in the padding there.
  bool ceil_mode = false;
};
/// y[n,c,p,q] = the largest x under the window; of equal ones the first gets the gradient.
/// Padding never wins; a window that lies in the padding alone gives 0. NaN wins, and gets no
/// gradient.
Tensor max_pool2d(const Tensor& x, const Pool2dOptions& options = {});
/// Averages over the whole window, zeros of the padding, and for what sticks out, included.
Tensor avg_pool2d(const Tensor& x, const Pool2dOptions& options = {});
/// x[N,C,H,W] -> [N,C,1,1], the mean of each channel.
Tensor global_avg_pool2d(const Tensor& x);
/// x[N,C,H,W] -> [N,C,P,Q], of any `size` P x Q: window p has the rows from floor(p H / P) to below
/// ceil((p + 1) H / P), and so for the columns.
Tensor adaptive_avg_pool2d(const Tensor& x, Size2 size);
Tensor adaptive_max_pool2d(const Tensor& x, Size2 size);  ///< the same of maxima

// activations: [..] -> [..]
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);  ///< x, below 0 negative_slope x
Tensor tanh(const Tensor& x);                                      ///< (e^2x - 1) / (e^2x + 1)
Tensor sigmoid(const Tensor& x);                                   ///< 1 / (1 + e^-x)
/// x, below 0 alpha (e^x - 1), for alpha >= 0. Clevert, Unterthiner and Hochreiter, 2016.
Tensor elu(const Tensor& x, double alpha = 1);
Tensor relu6(const Tensor& x);        ///< min(max(x, 0), 6); the gradient at 0 and 6 is 0
Tensor hardsigmoid(const Tensor& x);  ///< relu6(x + 3) / 6
/// x relu6(x + 3) / 6. Howard et al., 2019.
Tensor hardswish(const Tensor& x);
/// x sigmoid(x). Hendrycks and Gimpel, 2016.
Tensor silu(const Tensor& x);
/// x P(X <= x) for a normal X. Hendrycks and Gimpel, 2016.
Tensor gelu(const Tensor& x);
Tensor gelu_tanh(const Tensor& x);  ///< nearly the same, by a tanh

// normalisation and regularisation of layers
/// Options of `batch_norm2d`.
struct BatchNormOptions {
  bool training = true;   ///< normalise by the batch (and update the running values), or by these
  double momentum = 0.1;  ///< share of the new batch in the running values, in [0, 1]
  double eps = 1e-5;      ///< positive, keeps the division finite
};
/// x[N,C,H,W] -> (x - mean) / sqrt(var + eps) weight + bias, per channel; weight, bias, running_mean
/// and running_var are [C]. Ioffe and Szegedy, 2015, algorithm 1. A channel of equal values becomes
/// its bias. In training a batch needs more than one value per channel, or there is no unbiased
/// variance for `running_var`.
Tensor batch_norm2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                    const Tensor& running_mean, const Tensor& running_var,
                    const BatchNormOptions& options = {});
/// x[M,K] -> (x - mean) / sqrt(var + eps) in each row, by the row's own mean and variance; eps > 0 and
/// K > 0. Ba, Kiros and Hinton, 2016; of groups of channels Wu and He, 2018.
Tensor layer_norm(const Tensor& x, double eps = 1e-5);
/// Options of `local_response_norm`.
struct LocalResponseNormOptions {
  Index size = 5;                           ///< positive: channels that are summed
  double alpha = 1e-4, beta = 0.75, k = 1;  ///< any
};
/// x[N,C,H,W] -> x / (k + alpha / size sum x^2)^beta, the sum over the channels from size / 2 before
/// to (size - 1) / 2 behind, as far as there are. Krizhevsky, Sutskever and Hinton, 2012.
Tensor local_response_norm(const Tensor& x, const LocalResponseNormOptions& options = {});
/// Zeroes each element with probability `p` in [0, 1) and scales the others by 1 / (1 - p).
/// Srivastava et al., 2014.
Tensor dropout(const Tensor& x, double p, Rng& rng);

// classification: x[N,classes], row-wise; safe for logits of any size. A logit of minus
// infinity is an answer ruled out: its probability is 0, and its loss infinite. A row of these
// alone, or with plus infinity, becomes NaN.
Tensor softmax(const Tensor& x);      ///< e^x[n,k] / sum_j e^x[n,j]
Tensor log_softmax(const Tensor& x);  ///< x[n,k] - log sum_j e^x[n,j]
/// Mean over the batch of -sum_k t[n,k] log softmax(x)[n,k] -> []. The target t is 1 at `labels[n]`
/// and 0 elsewhere, less what `smoothing` in [0, 1) of it spreads evenly over all classes (Szegedy
/// et al. 2016).
Tensor cross_entropy(const Tensor& x, const std::vector<Index>& labels, double smoothing = 0);
/// Mean of (a - b)^2 -> [].
Tensor mse(const Tensor& a, const Tensor& b);

// picking, cutting and joining
/// y[n,k,..] = x[n,index[n,k,..],..], here along axis 1: from each line along the axis those elements
/// that `index` names, which is row-major, of y's shape. There may be several for each line, so that y
/// is of x's shape, but of another size along `axis`. With one: x[N,K], N indices -> [N,1]
Tensor gather(const Tensor& x, int axis, const std::vector<Index>& index);
/// A copy of `length` entries of an axis, from `begin` on.
Tensor narrow(const Tensor& x, int axis, Index begin, Index length);
/// One behind the other along an axis; in all others they must agree. At least one.
Tensor cat(const std::vector<Tensor>& parts, int axis);

// images: x[N,C,H,W]
/// (x - mean[c]) / std[c] per channel, with std > 0.
Tensor normalise(const Tensor& x, const std::vector<double>& mean, const std::vector<double>& std);
/// How many rows and columns `pad` adds at each side.
struct Padding {
  Index top = 0, bottom = 0, left = 0, right = 0;  ///< negative values crop
};
/// Adds a border of `fill`, or crops.
Tensor pad(const Tensor& x, const Padding& padding, double fill = 0);
/// Moves the images down by `dy` and right by `dx` pixels; `fill` comes in, the rest falls out.
Tensor shift(const Tensor& x, Index dy, Index dx, double fill = 0);
/// Options of `affine_sample`.
struct AffineSample {
  double angle = 0;  ///< in radians, counter-clockwise as seen
  double scale = 1;  ///< positive; above 1 enlarges
  double fill = 0;   ///< what lies outside the image
};
/// Rotates and enlarges the images about their centres, in their old frame [N,C,H,W], with bilinear
/// interpolation. What lies outside the old image is `fill`, however far, and passes no gradient.
/// Jaderberg et al., 2015, eq. 1-5, without a gradient to the transformation.
Tensor affine_sample(const Tensor& x, const AffineSample& how);
/// The discrete Hartley transform of each plane -> [N,C,H,W]: real, orthonormal, its own inverse.
/// Coefficient (k,l) has the spatial frequency (min(k, H - k) / H, min(l, W - l) / W) in cycles a
/// pixel. Bracewell, 1983.
Tensor hartley2d(const Tensor& x);

// regularisers of images -> []
/// sum |x|^alpha, for alpha >= 1; the gradient at 0 is 0. Mahendran and Vedaldi, 2015, use alpha = 6
/// on x less its mean.
Tensor alpha_norm(const Tensor& x, double alpha = 6);

}  // namespace glass
