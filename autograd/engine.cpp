#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "autograd/node.hpp"

namespace glass::inline GLASS_PRECISION {

namespace {

using NodePtr = std::shared_ptr<Node>;

/// Every node that `root` depends on, each before the nodes it consumes: when one is reached, all
/// contributions to its output's gradient are complete. Depth-first, with a stack of our own
/// because a recursion would overflow on long chains.
std::vector<NodePtr> topological_order(const NodePtr& root) {
  struct Visit {
    NodePtr node;
    std::size_t next_input = 0;
  };
  std::vector<NodePtr> order;
  std::unordered_set<const Node*> seen{root.get()};
  std::vector<Visit> stack{{root}};
  while (!stack.empty()) {
    Visit& visit = stack.back();
    if (visit.node->released) {
      throw GraphError(text("backward: the graph was already released at ", visit.node->name(),
                            " by an earlier backward(); run the forward pass again, or add the "
                            "losses and call backward() once"));
    }
    if (visit.next_input == max_inputs) {
      order.push_back(std::move(visit.node));
      stack.pop_back();
      continue;
    }
    const std::size_t i = visit.next_input++;
    if (!visit.node->need[i]) continue;
    const NodePtr& creator = visit.node->inputs[i].creator();
    if (creator && seen.insert(creator.get()).second) stack.push_back({creator});
  }
  std::ranges::reverse(order);
  return order;
}

/// Shows a complete gradient to whoever asked for it. They may change it in place, so it must not be
/// shared: operations such as add hand one buffer to two inputs.
void call(const std::vector<GradientHook>& hooks, const Shape& shape, Storage& gradient) {
  if (hooks.empty()) return;
  if (!gradient.unique()) gradient = Storage::copy_of(gradient);
  for (const GradientHook& hook : hooks) hook(Tensor::wrap(shape, gradient));
}

}  // namespace

/// Reverse-mode differentiation (Linnainmaa 1970; Baydin et al. 2018): walk the tape from the loss
/// to the leaves, and let each node turn the gradient of its output into those of its inputs.
/// Gradients of intermediates live for this call only; those of trainable leaves stay in `grad()`.
/// Frees what the nodes saved, so that a graph is walked once.
void Tensor::backward(const Tensor& cotangent) const {
  require(cotangent.shape() == shape(), "backward: cotangent ", cotangent.shape(),
          " does not fit the output ", shape());
  if (!requires_grad()) {
    throw GraphError(
        "backward: nothing on the tape is trainable; call requires_grad(true) on the weights (to "
        "train) or on the image (to maximise) before the forward pass, outside any NoGrad scope");
  }
  if (is_leaf()) {
    accumulate_grad(cotangent.storage());
    return call_hooks();
  }

  Tape* tape = Tape::recording();
  std::vector<Tensor> watched_leaves;
  std::unordered_map<const Node*, Storage> gradients{{creator().get(), cotangent.storage()}};
  for (const NodePtr& node : topological_order(creator())) {
    Storage dy = std::move(gradients[node.get()]);
    call(node->hooks, node->shape, dy);
    if (tape) tape->begin_backward(*node);
    Grads grads = node->backward(dy);
    if (tape) tape->end_backward(*node, dy, grads);
    for (std::size_t i = 0; i < max_inputs; ++i) {
      if (!node->need[i]) continue;
      const Tensor& input = node->inputs[i];
      if (grads[i].size() != input.size()) {
        throw GraphError(text(node->name(), ": backward returned ", grads[i].size(),
                              " elements for input ", i, " of shape ", input.shape()));
      }
      if (input.creator()) {
        accumulate(gradients[input.creator().get()], std::move(grads[i]));
      } else {
        input.accumulate_grad(std::move(grads[i]));
        const auto same = [&](const Tensor& leaf) { return leaf.id() == input.id(); };
        if (input.has_hooks() && std::ranges::none_of(watched_leaves, same)) {
          watched_leaves.push_back(input);
        }
      }
    }
    for (const Saved& saved : node->saved()) *saved.values = {};
    node->inputs = {};
    node->released = true;
  }
  for (const Tensor& leaf : watched_leaves) leaf.call_hooks();
  if (tape) tape->finish(*creator());
}

}  // namespace glass::inline GLASS_PRECISION
