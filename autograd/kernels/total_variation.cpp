#include <cmath>
#include <numeric>

#include "autograd/implementation.hpp"
#include "autograd/kernels/reference/reference.hpp"
#include "autograd/loops.hpp"

/// Total variation, a row at a time. Call c = beta q^(beta/2 - 1) the conductance of a pixel and
/// (c right, c down) its flux: the gradient is what flows in from the left and from above, less what
/// flows out. Usual exponents need square roots at most, which vectorise; others need pow.
namespace glass::kernels {
namespace {

/// Calls f with q^(beta/2) and c as functions of q > 0.
template <class F>
void with_power(double beta, const F& f) {
  using std::sqrt;
  const auto b = static_cast<real>(beta);
  if (beta == 2) return f([](real q) { return q; }, [](real) { return real(2); });
  if (beta == 1) return f([](real q) { return sqrt(q); }, [](real q) { return 1 / sqrt(q); });
  if (beta == 1.5) {
    return f([](real q) { return sqrt(q * sqrt(q)); }, [=](real q) { return b / sqrt(sqrt(q)); });
  }
  f([=](real q) { return std::pow(q, b / 2); }, [=](real q) { return b * std::pow(q, b / 2 - 1); });
}

}  // namespace

double total_variation(const real* x, Index planes, Index H, Index W, double beta, double eps) {
  if (using_reference()) return reference::total_variation(x, planes, H, W, beta, eps);
  const Storage columns(W);  // sums over the rows of a plane
  real* sum = columns.mutable_data();
  double total = 0;
  with_power(beta, [&](const auto value, const auto&) {
    for (Index plane = 0; plane < planes; ++plane) {
      std::fill_n(sum, W, real(0));
      for (Index h = 0; h < H && W > 0; ++h, x += W) {
        const real* below = h + 1 < H ? x + W : x;
        const auto add = [=, e = static_cast<real>(eps)](Index j, Index right) {
          const real u = x[right] - x[j], v = below[j] - x[j];
          sum[j] += value(u * u + v * v + e);
        };
        for (Index j = 0; j + 1 < W; ++j) add(j, j + 1);
        add(W - 1, W - 1);
      }
      total = std::accumulate(sum, sum + W, total);
    }
  });
  return total;
}

void total_variation_dx(const real* x, real* dx, Index planes, Index H, Index W, double beta,
                        double eps, double scale) {
  if (using_reference()) {
    return reference::total_variation_dx(x, dx, planes, H, W, beta, eps, scale);
  }
  const Storage scratch(threads() * 2 * W);
  const auto e = static_cast<real>(eps), s = static_cast<real>(scale);
  with_power(beta, [&](const auto&, const auto conductance) {
    parallel_for(planes, 16 * planes * H * W, [&](Index plane, int slot) {
      real *right = scratch.mutable_data() + slot * 2 * W, *down = right + W;
      std::fill_n(down, W, real(0));
      const real* from = x + plane * H * W;
      real* to = dx + plane * H * W;
      for (Index h = 0; h < H && W > 0; ++h, from += W, to += W) {
        std::copy_n(down, W, to);  // from above
        const real* below = h + 1 < H ? from + W : from;
        const auto flow = [=](Index j, Index next) {
          const real u = from[next] - from[j], v = below[j] - from[j], q = u * u + v * v + e;
          const real c = q > 0 ? s * conductance(q) : 0;  // a flat region, where nothing flows
          right[j] = c * u, down[j] = c * v;
        };
        for (Index j = 0; j + 1 < W; ++j) flow(j, j + 1);
        flow(W - 1, W - 1);
        for (Index j = 0; j < W; ++j) to[j] -= right[j] + down[j];
        for (Index j = 1; j < W; ++j) to[j] += right[j - 1];
      }
    });
  });
}

}  // namespace glass::kernels
