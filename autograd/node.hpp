#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "autograd/tensor.hpp"

namespace glass {

/// Where the gradient of an input goes. A node remembers no more of its inputs: their values live on
/// only if somebody else holds them, or if backward reads them (see Saved).
struct Edge {
  Shape shape;                    ///< of the input
  std::shared_ptr<Node> creator;  ///< the operation that made it; null for a leaf
  Tensor leaf;                    ///< the input itself if it is a trainable leaf; else undefined
};

/// One gradient per input, in the order of the inputs; empty where it was not needed.
using Grads = std::vector<Storage>;

/// Values that a node keeps for backward, which will see them as they were in the forward pass, or
/// refuse. A member of the node, `Saved x{this, "x"}`, assigned in the forward pass.
class Saved : public Storage {
 public:
  /// `name` is what the formula calls these values.
  Saved(Node* node, const char* name);
  Saved(const Saved&) = delete;
  /// Shares the buffer, and remembers what its version is now.
  Saved& operator=(Storage values) {
    version_ = values.version();
    Storage::operator=(std::move(values));
    return *this;
  }
  Saved& operator=(const Saved&) = delete;

  bool changed() const { return version() != version_; }  ///< somebody wrote into the buffer since
  const char* name() const { return name_; }              ///< as given
  Saved* next() const { return next_; }                   ///< what the node declares after this

 private:
  const char* name_;
  std::uint64_t version_ = 0;
  Saved* next_ = nullptr;
};

/// One operation on the tape: it remembers where its inputs came from and knows how to turn the
/// gradient of its output into gradients of its inputs. It holds neither its inputs nor its output
/// (that would be a cycle); if backward needs values, they are Saved.
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

  std::vector<Edge> inputs;  ///< in the order of the operation's arguments
  std::vector<bool> need;    ///< which of them want a gradient; what nobody wants costs nothing
  Shape shape;               ///< of the output
  Saved* saved = nullptr;    ///< the first of what is kept for backward; see Saved::next
  std::vector<GradientHook> hooks;  ///< see Tensor::on_gradient
  bool released = false;            ///< backward() was here, and what was saved is gone

 private:
  Node* next_doomed_ = nullptr;
};

/// A line of this project's code.
struct SourceLine {
  const char* file = "";  ///< within the project
  int line = 0;           ///< counted from 1
};

/// Is told what the operations of a thread and its backward() do: a Trace, to walk through it
/// afterwards.
class Observer {
 public:
  static thread_local constinit Observer* current;  ///< of this thread; null: nobody looks
  virtual ~Observer() = default;
  /// What follows belongs to the layer of this name, or to none.
  virtual void enter_layer(const std::string& name) = 0;
  /// That layer calls one of its parameters so.
  virtual void name_parameter(const Tensor& parameter, const std::string& name) = 0;
  /// An operation ran, called from `source`. `node` is on no graph if nobody wants a gradient.
  virtual void operation(const Node& node, const Tensor& output, std::span<const Tensor> inputs,
                         SourceLine source) = 0;
  virtual void before_backward(const Node& node) = 0;  ///< its backward() is about to run
  /// Its backward() made `grads` of `dy`.
  virtual void after_backward(const Node& node, const Storage& dy,
                              std::span<const Storage> grads) = 0;
  /// The walk from `root` is over.
  virtual void finish(const Node& root) = 0;
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
bool wants_gradient(std::span<const Tensor> inputs);

/// Puts `node` on the tape between `inputs` and `output`.
void attach(const std::shared_ptr<Node>& node, const Tensor& output,
            std::span<const Tensor> inputs);

/// Every operation ends like this:
///
///     if (auto node = record<ReluNode>(y, {x})) node->y = y.storage();
///     return y;
///
/// The node exists only if somebody wants a gradient, and saves only what backward will read. An
/// Observer sees every operation, and the line that calls this.
template <std::derived_from<Node> N>
std::shared_ptr<N> record(const Tensor& output, std::span<const Tensor> inputs,
                          SourceLine caller = {__builtin_FILE(), __builtin_LINE()}) {
  const bool wanted = wants_gradient(inputs);
  if (!wanted && !Observer::current) return nullptr;
  const std::shared_ptr<N> node(new N, Node::destroy);
  if (wanted) attach(node, output, inputs);
  if (Observer::current) Observer::current->operation(*node, output, inputs, caller);
  return wanted ? node : nullptr;
}

/// The same for inputs that are written down: `{x, weight}`.
template <std::derived_from<Node> N>
std::shared_ptr<N> record(const Tensor& output, std::initializer_list<Tensor> inputs,
                          SourceLine caller = {__builtin_FILE(), __builtin_LINE()}) {
  return record<N>(output, std::span(inputs.begin(), inputs.size()), caller);
}

}  // namespace glass
