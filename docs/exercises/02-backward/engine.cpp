#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "autograd/node.hpp"
#include "docs/exercises/not_implemented.hpp"

namespace glass {

namespace {

/// What `node` makes of `dy`, its complete gradient. Who wants to see that gets to see it: hooks, which may
/// change dy in place, and a Trace.
[[maybe_unused]] Grads gradients_of(const Node& node, Storage dy) {
  require(dy.size() == node.shape.size(), node.name(), " is walked before its gradient has come");
  if (!node.hooks.empty() && !dy.unique()) dy = Storage::copy_of(dy);
  for (const GradientHook& hook : node.hooks) hook(Tensor::wrap(node.shape, dy));
  if (Observer::current) Observer::current->before_backward(node);
  Grads grads = node.backward(dy);
  if (Observer::current) Observer::current->after_backward(node, dy, grads);
  return grads;
}

}  // namespace

/// Reverse-mode differentiation: walk the tape from this tensor to the leaves, and let each node turn
/// the gradient of its output into those of its inputs. Gradients of intermediates live for this call
/// only; those of trainable leaves stay in `grad()`. Frees what the nodes saved, so that a graph is
/// walked once.
void Tensor::backward(const Tensor& cotangent) const {
  require(cotangent.shape() == shape(), "backward: cotangent ", cotangent.shape(),
          " does not fit the output ", shape());
  if (!requires_grad()) {
    throw GraphError(
        "backward: nothing on the tape is trainable; call requires_grad(true) on the weights (to "
        "train) or on the image (to maximise) before the forward pass, outside any NoGrad scope");
  }
  if (is_leaf()) return accumulate_grad(cotangent.storage());

  // 1. The order: all nodes that `creator()` depends on through an input with `need[i]`, each once,
  //    and before the nodes whose outputs it reads. A function of its own, above this one, without
  //    recursion. It returns a list of std::shared_ptr<Node>: to forget a node's inputs may end the
  //    life of the next, unless the list owns it. It throws GraphError if a node is already
  //    `released`, or if something that it saved was `changed()`: name the node.
  // 2. The loop: take each node's gradient, which is complete now; ask gradients_of() what the node makes
  //    of it; add what it returns for inputs with `need[i]` to their gradients, with accumulate() or
  //    accumulate_grad(), but throw GraphError, naming the node, if its size is not the input's; then
  //    empty all that it saved (assign Storage()), forget the inputs, set `released`.
  throw NotImplemented("Exercise 2: backward, the engine");
  if (Observer::current) Observer::current->finish(*creator());
}

}  // namespace glass
