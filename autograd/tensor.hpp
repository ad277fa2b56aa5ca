#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <span>
#include <vector>

#include "autograd/storage.hpp"

namespace glass {

class Rng;
struct Node;
class Tensor;

/// Is shown d loss / d tensor when it is complete, and may change it in place.
using GradientHook = std::function<void(const Tensor& gradient)>;

/// A handle to an array of `real` and to its place on the tape. Copies alias: they share values,
/// gradient and history; `clone()` copies the values.
///
/// A tensor is either a *leaf* (weights, an image, data), on which `requires_grad(true)` decides
/// whether `backward()` computes its gradient, or an *intermediate*, made by a recorded operation.
class Tensor {
 public:
  Tensor() = default;  ///< undefined: converts to false

  // Leaves ------------------------------------------------------------------------------------
  static Tensor empty(const Shape& shape);                            ///< uninitialised values
  static Tensor full(const Shape& shape, double value);               ///< `value` everywhere
  static Tensor zeros(const Shape& shape) { return full(shape, 0); }  ///< 0 everywhere
  /// Row-major `values`; throws ShapeError unless there are exactly `shape.size()`.
  static Tensor from(const Shape& shape, const std::vector<double>& values);
  static Tensor scalar(double value) { return full({}, value); }  ///< of shape []
  /// Normally distributed.
  static Tensor randn(const Shape& shape, Rng& rng, double stddev = 1, double mean = 0);
  /// Uniform in [low, high).
  static Tensor uniform(const Shape& shape, Rng& rng, double low = 0, double high = 1);
  /// Shares an existing buffer; throws ShapeError unless it has `shape.size()` elements.
  static Tensor wrap(const Shape& shape, Storage values);

  // Values ------------------------------------------------------------------------------------
  explicit operator bool() const { return body_ != nullptr; }  ///< defined
  const Shape& shape() const;  ///< throws GraphError if undefined, as all below does
  Index size() const { return storage().size(); }        ///< number of elements
  const Storage& storage() const;                        ///< the buffer that all handles share
  const real* data() const { return storage().data(); }  ///< the first element, row-major
  /// All elements, row-major, to read.
  std::span<const real> values() const { return {data(), static_cast<std::size_t>(size())}; }
  /// The same, to write. A backward() whose forward pass has saved these values refuses from then on:
  /// its gradients would be those of other values. See Storage::mutable_data.
  std::span<real> mutable_values() const {
    return {mutable_data(), static_cast<std::size_t>(size())};
  }
  real* mutable_data() const { return storage().mutable_data(); }  ///< the first of these
  /// The only element; throws ShapeError unless there is exactly one.
  real item() const;
  Tensor clone() const;   ///< a leaf with a copy of the values
  Tensor detach() const;  ///< a leaf that shares the values and has no history

  // Gradient ----------------------------------------------------------------------------------
  /// Marks a leaf as trainable or frozen. Throws GraphError on an intermediate.
  Tensor& requires_grad(bool wanted);
  /// True for a trainable leaf and for an intermediate that depends on one.
  bool requires_grad() const;
  bool is_leaf() const { return !creator(); }  ///< no recorded operation made it

  bool has_grad() const;  ///< there is something for `grad()` to show
  /// d loss / d this, in this tensor's shape, after `loss.backward()`; accumulates over calls.
  /// Throws GraphError if there is none.
  Tensor grad() const;
  void zero_grad() const;  ///< forgets the gradient

  /// Calls `f` in every backward() that reaches this tensor. If `f` changes an intermediate's
  /// gradient, that is what flows on from there (guided backpropagation is made like this); a leaf
  /// shows `grad()` when all is added up. An `f` that holds the tensor itself keeps it alive for
  /// ever. Throws GraphError if this tensor never gets a gradient.
  void on_gradient(GradientHook f) const;
  /// Lets an intermediate keep its gradient, so that `grad()` works after backward(); leaves do so
  /// anyway. Throws GraphError if this tensor never gets a gradient.
  void retain_grad() const;

  /// Back-propagates from this scalar to every trainable leaf that it depends on (see engine.cpp).
  /// Throws ShapeError if this has more than one element, GraphError if nothing on the tape is
  /// trainable, an earlier backward() has released a part of it, or values it needs were changed.
  void backward() const;
  /// The same for any shape: starts from d loss / d this = `cotangent`, of this shape.
  void backward(const Tensor& cotangent) const;

  // For the engine ----------------------------------------------------------------------------
  const std::shared_ptr<Node>& creator() const;        ///< the operation that made this, or null
  void set_creator(std::shared_ptr<Node> node) const;  ///< makes this an intermediate
  void accumulate_grad(Storage gradient) const;        ///< adds to `grad()`
  const void* id() const { return body_.get(); }       ///< the same for all handles to one tensor
  bool has_hooks() const;                              ///< a leaf that somebody watches
  void call_hooks() const;                             ///< of a leaf

 private:
  struct Body;
  std::shared_ptr<Body> body_;
  Body& body() const;  ///< throws GraphError on an undefined tensor
};

/// The shape, and below it the values to four digits, a line for each row and a blank line between
/// planes; a scalar is only its value.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor);

/// Tensors alive now, in all threads: a test brings it back to where it was.
std::size_t live_tensors();

/// `into += gradient`, copying first if somebody else holds the buffer; adopts it if `into` is
/// empty.
void accumulate(Storage& into, Storage gradient);

}  // namespace glass
