#include "autograd/kernels.hpp"

#include "autograd/channels.hpp"
#include "autograd/implementation.hpp"
#include "autograd/kernels/reference/reference.hpp"
#include "autograd/loops.hpp"

namespace glass::kernels {

namespace {
Implementation chosen = Implementation::fast;
}

void use_implementation(Implementation implementation) { chosen = implementation; }
Implementation implementation() { return chosen; }

WeightGradientCalls& weight_gradient_calls() {
  static WeightGradientCalls calls;
  return calls;
}

void sum_per_channel(const real* dy, real* db, Index N, Index K, Index pixels) {
  if (using_reference()) return reference::sum_per_channel(dy, db, N, K, pixels);
  const Channels channels(Shape{N, K, pixels});
  channels.for_each(
      [=](Index k) { db[k] = static_cast<real>(channels.sum(k, [=](Index i) { return dy[i]; })); });
}

// Rows of ten or so logits: the reference is as fast as it needs to be.
void softmax(const real* x, real* y, Index rows, Index columns) {
  reference::softmax(x, y, rows, columns);
}
void log_softmax(const real* x, real* y, Index rows, Index columns) {
  reference::log_softmax(x, y, rows, columns);
}

}  // namespace glass::kernels
