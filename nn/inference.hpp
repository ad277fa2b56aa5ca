#pragma once

#include <functional>

#include "autograd/tensor.hpp"

namespace glass::nn {

/// f(x) without a tape, x[N,C,H,W]. `f` treats each image by itself, as networks in evaluation do.
///
/// Without a tape nobody sees what lies between the layers. So the batch goes through all of them in
/// slices of a few images, whose activations stay in a core's cache, and each core takes slices of its
/// own: `f` is called by several threads at a time. While an Observer looks, this is f(x).
Tensor infer(const std::function<Tensor(const Tensor&)>& f, const Tensor& x);

}  // namespace glass::nn
