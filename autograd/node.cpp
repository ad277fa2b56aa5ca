#include "autograd/node.hpp"

#include <algorithm>

namespace glass {

namespace {
thread_local bool recording = true;
thread_local Node* doomed = nullptr;
thread_local bool destroying = false;
}  // namespace

thread_local constinit Observer* Observer::current = nullptr;

/// A tensor owns its creator, which owns its inputs, and so on. Destroying that chain naively nests
/// one call per node, and a loss summed up over a long loop overflows the stack. So the outermost
/// call destroys, one by one, what the inner ones only put on its list. The nodes are the list: here
/// there is nobody to tell that memory ran out.
void Node::destroy(Node* node) noexcept {
  node->next_doomed_ = std::exchange(doomed, node);
  if (std::exchange(destroying, true)) return;
  while (doomed) delete std::exchange(doomed, doomed->next_doomed_);
  destroying = false;
}

Saved::Saved(Node* node, const char* name) : name_(name) {
  Saved** end = &node->saved;
  while (*end) end = &(*end)->next_;
  *end = this;
}

NoGrad::NoGrad() : before_(std::exchange(recording, false)) {}
NoGrad::~NoGrad() { recording = before_; }

bool wants_gradient(std::span<const Tensor> inputs) {
  return recording &&
         std::ranges::any_of(inputs, [](const Tensor& x) { return x && x.requires_grad(); });
}

void attach(const std::shared_ptr<Node>& node, const Tensor& output,
            std::span<const Tensor> inputs) {
  node->inputs.reserve(inputs.size());
  node->need.reserve(inputs.size());
  for (const Tensor& x : inputs) {
    const bool wanted = x && x.requires_grad();
    node->need.push_back(wanted);
    node->inputs.push_back(
        {x ? x.shape() : Shape(), x ? x.creator() : nullptr, wanted && x.is_leaf() ? x : Tensor()});
  }
  node->shape = output.shape();
  output.set_creator(node);
}

}  // namespace glass
