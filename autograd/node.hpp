#pragma once

#include <array>
#include <concepts>
#include <initializer_list>

#include "autograd/tape.hpp"

namespace glass::inline GLASS_PRECISION {

/// No operation has more inputs: convolution takes x, weight and bias.
inline constexpr std::size_t max_inputs = 3;

/// One gradient per input, in the order of the inputs; empty where it was not needed.
using Grads = std::array<Storage, max_inputs>;

/// Which inputs want a gradient. What nobody wants is not computed.
using Needs = std::array<bool, max_inputs>;

/// A buffer that a node keeps for backward, and what the formula calls it.
struct Saved {
  const char* name;  ///< in the formula
  Storage* values;   ///< the handle within the node
};

/// One operation on the tape: it remembers its inputs and knows how to turn the gradient of its
/// output into gradients of its inputs. A node never holds its output tensor (that would be a
/// cycle); if backward needs the output's values, it saves their Storage.
struct Node {
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;
  /// Ends the life of a node that nobody owns any more: the deleter of its shared_ptr.
  static void destroy(Node* node) noexcept;

  /// Name of the operation, for the tape and for error messages.
  virtual const char* name() const = 0;

  /// Vector-Jacobian product. `dy` is d loss / d output; result i is d loss / d input i, computed
  /// only if `need[i]`. It *returns* gradients; the engine alone adds them up.
  virtual Grads backward(const Storage& dy) const = 0;

  /// The values kept for backward, by name: the engine drops them afterwards.
  virtual std::vector<Saved> saved() { return {}; }

  std::array<Tensor, max_inputs> inputs;  ///< undefined beyond the operation's own
  Needs need{};                           ///< set when the operation is recorded
  Shape shape;                            ///< of the output
  std::vector<GradientHook> hooks;        ///< see Tensor::on_gradient
  bool released = false;                  ///< backward() was here, and what was saved is gone

 private:
  Node* next_doomed_ = nullptr;
};

/// While one of these is alive, operations of this thread record nothing.
class NoGrad {
 public:
  NoGrad();
  ~NoGrad();
  NoGrad(const NoGrad&) = delete;
  NoGrad& operator=(const NoGrad&) = delete;

 private:
  bool before_;
};

/// True if some input requires a gradient and no NoGrad scope is active.
bool wants_gradient(std::initializer_list<Tensor> inputs);

/// Puts `node` on the tape between `inputs` and `output`.
void attach(const std::shared_ptr<Node>& node, const Tensor& output,
            std::initializer_list<Tensor> inputs);

/// Every operation ends like this:
///
///     if (auto node = record<ReluNode>(y, {x})) node->y = y.storage();
///     return y;
///
/// The node exists only if somebody wants a gradient, and saves only what backward will read. A Tape
/// that is recording sees every operation, and the line that calls this.
template <std::derived_from<Node> N>
std::shared_ptr<N> record(const Tensor& output, std::initializer_list<Tensor> inputs,
                          SourceLine caller = {__builtin_FILE(), __builtin_LINE()}) {
  const bool wanted = wants_gradient(inputs);
  Tape* tape = Tape::recording();
  if (!wanted && !tape) return nullptr;
  const std::shared_ptr<N> node(new N, Node::destroy);
  if (wanted) attach(node, output, inputs);
  if (tape) tape->add_operation(*node, output, inputs, caller);
  return wanted ? node : nullptr;
}

}  // namespace glass::inline GLASS_PRECISION
