#include "layers.hpp"

#include "autograd/kernels.hpp"
#include "autograd/random.hpp"
#include "autograd/tensor.hpp"

namespace glass::bench {

ConvTasks conv3x3(Index batch, Index in_channels, Index out_channels, Index size) {
  const kernels::Window g{batch, in_channels, size, size, out_channels, 3, 3, 1, 1};
  Rng rng(1);
  const Tensor x = Tensor::randn({g.N, g.C, g.H, g.W}, rng);
  const Tensor w = Tensor::randn({g.K, g.C, g.R, g.S}, rng);
  const Tensor y = Tensor::randn({g.N, g.K, g.P, g.Q}, rng);
  const Tensor dx = Tensor::empty(x.shape()), dw = Tensor::empty(w.shape());
  const double flops = 2 * static_cast<double>(w.size() * g.N * g.P * g.Q);
  return {{[=] { kernels::conv2d(x.data(), w.data(), nullptr, y.mutable_data(), g); }, flops},
          {[=] { kernels::conv2d_dx(y.data(), w.data(), dx.mutable_data(), g); }, flops},
          {[=] { kernels::conv2d_dw(y.data(), x.data(), dw.mutable_data(), g); }, flops},
          static_cast<double>(sizeof(real)) * static_cast<double>(x.size() + w.size() + y.size())};
}

}  // namespace glass::bench
