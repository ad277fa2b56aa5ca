#include "autograd/node.hpp"

#include <algorithm>

namespace glass::inline GLASS_PRECISION {

namespace {
thread_local bool recording = true;
thread_local std::vector<Tensor>* draining = nullptr;
}  // namespace

/// A tensor owns its creator, which owns its inputs, and so on. Destroying that chain naively nests
/// one call per node, and a loss summed up over a long loop overflows the stack. So the outermost
/// destructor collects what the inner ones would destroy, and empties the list one by one.
Node::~Node() {
  if (draining) {
    std::ranges::move(inputs, std::back_inserter(*draining));
    return;
  }
  std::vector<Tensor> pending(std::move_iterator(inputs.begin()), std::move_iterator(inputs.end()));
  draining = &pending;
  while (!pending.empty()) {
    const Tensor last = std::move(pending.back());
    pending.pop_back();
  }
  draining = nullptr;
}

NoGrad::NoGrad() : before_(std::exchange(recording, false)) {}
NoGrad::~NoGrad() { recording = before_; }

bool wants_gradient(std::initializer_list<Tensor> inputs) {
  return recording &&
         std::ranges::any_of(inputs, [](const Tensor& x) { return x && x.requires_grad(); });
}

void attach(const std::shared_ptr<Node>& node, const Tensor& output,
            std::initializer_list<Tensor> inputs) {
  std::ranges::copy(inputs, node->inputs.begin());
  std::ranges::transform(inputs, node->need.begin(),
                         [](const Tensor& x) { return x && x.requires_grad(); });
  node->shape = output.shape();
  output.set_creator(node);
}

}  // namespace glass::inline GLASS_PRECISION
