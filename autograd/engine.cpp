#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "autograd/node.hpp"

namespace glass {

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
    if (visit.next_input == visit.node->inputs.size()) {
      order.push_back(std::move(visit.node));
      stack.pop_back();
      continue;
    }
    const std::size_t i = visit.next_input++;
    const NodePtr& creator = visit.node->inputs[i].creator;
    if (creator && seen.insert(creator.get()).second) stack.push_back({creator});
  }
  std::ranges::reverse(order);
  return order;
}

/// Throws GraphError if somebody wrote into what `node` saved since the forward pass: its gradients
/// would be those of other values.
void refuse_changes(const Node& node) {
  for (const Saved* saved = node.saved; saved; saved = saved->next()) {
    if (!saved->changed()) continue;
    throw GraphError(text("backward: '", saved->name(), "' of ", node.name(), " (size ",
                          saved->size(),
                          ") was changed in place after the forward pass, so that the "
                          "gradients would be wrong; call backward() before optimisers and "
                          "mutable_values(), or change a clone()"));
  }
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
/// Throws GraphError if any of that was changed in place since: then no gradient has been added
/// anywhere, unless it was a hook of this very call that changed it.
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

  Observer* const observer = Observer::current;
  std::vector<Tensor> watched_leaves;
  std::unordered_map<const Node*, Storage> gradients{{creator().get(), cotangent.storage()}};
  const std::vector<NodePtr> order = topological_order(creator());
  for (const NodePtr& node : order) refuse_changes(*node);
  for (const NodePtr& node : order) {
    Storage dy = std::move(gradients[node.get()]);
    call(node->hooks, node->shape, dy);
    refuse_changes(*node);
    if (observer) observer->before_backward(*node);
    Grads grads = node->backward(dy);
    if (observer) observer->after_backward(*node, dy, grads);
    for (std::size_t i = 0; i < node->inputs.size(); ++i) {
      if (!node->need[i]) continue;
      const Edge& input = node->inputs[i];
      const Index given = i < grads.size() ? grads[i].size() : 0;
      if (given != input.shape.size()) {
        throw GraphError(text(node->name(), ": backward returned ", given, " elements for input ",
                              i, " of shape ", input.shape));
      }
      if (input.creator) {
        accumulate(gradients[input.creator.get()], std::move(grads[i]));
      } else {
        input.leaf.accumulate_grad(std::move(grads[i]));
        const auto same = [&](const Tensor& leaf) { return leaf.id() == input.leaf.id(); };
        if (input.leaf.has_hooks() && std::ranges::none_of(watched_leaves, same)) {
          watched_leaves.push_back(input.leaf);
        }
      }
    }
    for (Saved* saved = node->saved; saved; saved = saved->next()) *saved = Storage();
    node->inputs.clear();
    node->released = true;
  }
  for (const Tensor& leaf : watched_leaves) leaf.call_hooks();
  if (observer) observer->finish(*creator());
}

}  // namespace glass
