#include "autograd/kernels/kernels.hpp"

#include "autograd/kernels/reference/reference.hpp"

namespace glass::inline GLASS_PRECISION::kernels {

namespace {
Implementation chosen = Implementation::fast;
}

void use_implementation(Implementation implementation) { chosen = implementation; }
Implementation implementation() { return chosen; }

WeightGradientCalls& weight_gradient_calls() {
  static WeightGradientCalls calls;
  return calls;
}

// Rows of ten or so logits: the reference is as fast as it needs to be.
void softmax(const real* x, real* y, Index rows, Index columns) {
  reference::softmax(x, y, rows, columns);
}
void log_softmax(const real* x, real* y, Index rows, Index columns) {
  reference::log_softmax(x, y, rows, columns);
}

}  // namespace glass::inline GLASS_PRECISION::kernels
