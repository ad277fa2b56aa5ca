#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "autograd/node.hpp"

namespace glass {

/// A record of one forward and backward pass, to walk through afterwards: every operation in the
/// order in which it ran, and before it the leaves that it was the first to read.
///
///     Trace trace;
///     const Tensor loss = -at(model(image), {0, 3});
///     loss.backward();
///     std::cout << listing(trace);
///
/// The graph that `backward()` walks is made of nodes, and exists only where somebody wants a
/// gradient. The trace also shows what was *not* recorded or computed, and why. While no Trace exists,
/// none of this costs anything.
class Trace final : public Observer {
 public:
  /// What a value is to the computation.
  enum class Role {
    weight,        ///< a leaf that is a layer's parameter
    image,         ///< any other trainable leaf
    data,          ///< any other leaf
    intermediate,  ///< what an operation made
  };
  /// What became of d loss / d value.
  enum class Gradient {
    none,      ///< there is none: the loss does not depend on this, or there was no backward()
    skipped,   ///< there is one, but nobody wanted it, and so it was not computed
    computed,  ///< see `Entry::grad`
  };

  /// What an operation read, and what backward() sent there.
  struct Input {
    std::size_t entry;     ///< its place on the tape
    std::size_t argument;  ///< its place among the operation's arguments
    bool sent = false;     ///< the operation computed a gradient for it,
    double grad_l2 = 0;    ///< of this norm: all of the input's gradient, or one of its summands
  };
  /// Values that an operation kept for backward(). Operations may share a buffer.
  struct Kept {
    std::string name;   ///< in the formula
    std::size_t bytes;  ///< of the buffer
  };

  /// A leaf, or an operation and its output.
  struct Entry {
    std::string op;                      ///< "conv2d"; "leaf" if no operation made it
    std::string layer;                   ///< "conv1"; empty outside of layers
    std::string name;                    ///< of a leaf: "weight", "image"
    Role role = Role::intermediate;      ///< of the value
    bool trainable = false;              ///< a leaf with requires_grad(true)
    Gradient gradient = Gradient::none;  ///< as backward() left it
    std::string reason;         ///< why there is no gradient, or it was skipped; else empty
    Tensor value;               ///< as it was when the operation ran
    Tensor grad;                ///< d loss / d value; undefined unless computed
    std::vector<Input> inputs;  ///< without those that were undefined
    std::vector<Kept> kept;     ///< as backward() found it
    double forward_seconds = 0, backward_seconds = 0;  ///< how long the operation took
    SourceLine source;                                 ///< of the operation

    bool is_leaf() const { return role != Role::intermediate; }  ///< no operation made it
    std::size_t kept_bytes() const;                              ///< the sum over `kept`
  };

  /// Records this thread's operations until it is stopped or destroyed. One that is made while
  /// another records takes its place for that time.
  Trace();
  ~Trace() override { stop(); }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  void stop();  ///< the end of the record; the Trace before this one goes on

  const std::vector<Entry>& entries() const { return entries_; }  ///< in the order of time
  /// What a leaf is called and what it is, if it is not what it seems. Modules name their parameters.
  void name(const Tensor& leaf, const std::string& name, Role role);

  // As an Observer ------------------------------------------------------------------------------
  void enter_layer(const std::string& name) override { layer_ = name; }
  void name_parameter(const Tensor& parameter, const std::string& name) override {
    this->name(parameter, name, Role::weight);
  }
  void operation(const Node& node, const Tensor& output, std::span<const Tensor> inputs,
                 SourceLine source) override;
  void before_backward(const Node& node) override;
  void after_backward(const Node& node, const Storage& dy, std::span<const Storage> grads) override;
  void finish(const Node& root) override;

 private:
  struct Label {
    std::string name;
    Role role;
  };
  std::size_t add_leaf(const Tensor& leaf);
  double lap();  ///< seconds since the last lap; looking at tensors in between does not count

  std::vector<Entry> entries_;
  std::vector<Tensor> tensors_;  ///< of the entries, so that no other tensor takes an identity
  std::unordered_map<const void*, std::size_t> places_;  ///< of tensors
  std::unordered_map<const void*, Label> labels_;        ///< of leaves
  std::unordered_map<const Node*, std::size_t> nodes_;
  std::string layer_;
  std::chrono::steady_clock::time_point lap_start_;
  Observer* before_;
};

const char* word(Trace::Role role);          ///< "weight"
const char* word(Trace::Gradient gradient);  ///< "computed"

/// Options of `listing`.
struct ListingOptions {
  bool colour = false;  ///< by escape sequences of a terminal
  bool times = false;   ///< also how long each operation took; differs from run to run
};
/// The trace as a table, forward from top to bottom; what each line says of the gradient was found
/// on the way back up.
std::string listing(const Trace& trace, const ListingOptions& options = {});

}  // namespace glass
