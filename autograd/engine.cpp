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
  if (is_leaf()) return accumulate_grad(cotangent.storage());

  std::unordered_map<const Node*, Storage> gradients{{creator().get(), cotangent.storage()}};
  for (const NodePtr& node : topological_order(creator())) {
    const Storage dy = std::move(gradients[node.get()]);
    Grads grads = node->backward(dy);
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
      }
    }
    node->release_saved();
    node->inputs = {};
    node->released = true;
  }
}

}  // namespace glass::inline GLASS_PRECISION
