#pragma once

#include <string>
#include <vector>

#include "autograd/ops.hpp"
#include "nn/arguments.hpp"
#include "nn/footprint.hpp"

namespace glass::nn {

/// A tensor and its key in weight files, such as "0.weight".
struct NamedTensor {
  std::string name;  ///< its key
  Tensor tensor;     ///< a handle, not a copy
};

/// The key of a tensor in weight files, and its shape.
struct NamedShape {
  std::string name;  ///< its key
  Shape shape;       ///< may be known before the tensor is made
};

/// As the last argument of a layer's constructor: only the arguments are checked, so that nothing is
/// allocated for a network that turns out to be impossible, or whose weights do. `make_parameters` or
/// `reset_parameters` makes it usable.
struct Deferred {};

/// The most values that a tensor of a described network may have, and all of its parameters
/// together: what a weight file of 1 GiB holds.
inline constexpr Index most_values = Index{1} << 28;

/// Throws ShapeError, saying that this is `what`, if a tensor of this shape has more values.
void check_size(const std::string& what, const Shape& shape);

/// A function with parameters. Two independent switches: `train()` / `eval()` change behaviour
/// (dropout, batch normalisation) and nothing else; `requires_grad(bool)` makes the parameters
/// trainable or frozen and nothing else.
class Module {
 public:
  Module() = default;
  /// Modules move, and are not copied: two would share their tensors.
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;  ///< as above
  virtual ~Module() = default;

  /// The function, on the tape. Throws ShapeError if x does not fit.
  virtual Tensor forward(const Tensor& x) = 0;
  Tensor operator()(const Tensor& x) { return forward(x); }  ///< the same

  /// The name in model descriptions, as PyTorch's: "Conv2d".
  virtual const char* type() const = 0;
  /// What it was constructed with, less what has its default.
  virtual std::vector<Argument> arguments() const { return {}; }
  /// The shape that `forward` gives for an input of this shape. Throws ShapeError if it does not
  /// fit.
  virtual Shape output_shape(const Shape& input) const { return input; }
  /// What one element of the output sees of an input of this shape.
  virtual Footprint footprint(const Shape& /*input*/) const { return {}; }

  /// What training adjusts: handles, in the order of PyTorch's state_dict.
  virtual std::vector<NamedTensor> parameters() const { return {}; }
  /// Their shapes, also before they are made.
  virtual std::vector<NamedShape> parameter_shapes() const { return shapes(parameters()); }
  /// How many values they have, or will have.
  Index parameter_count() const;
  /// What is saved with the parameters but not trained: running means and variances.
  virtual std::vector<NamedTensor> buffers() const { return {}; }
  /// Their shapes, also before they are made.
  virtual std::vector<NamedShape> buffer_shapes() const { return shapes(buffers()); }
  /// Makes the parameters and buffers of a Deferred module, trainable, and without values; leaves
  /// alone what is made already.
  virtual void make_parameters() {}
  /// The same, and draws initial values from `rng`.
  virtual void reset_parameters(Rng& /*rng*/) {}

  void train() { set_training(true); }         ///< behave as in training: so modules begin
  void eval() { set_training(false); }         ///< behave as in use
  bool training() const { return training_; }  ///< behaves as in training

  /// Makes every parameter trainable (true) or frozen (false).
  void requires_grad(bool trainable);
  /// True if any parameter is trainable.
  bool requires_grad() const;

 protected:
  /// Of tensors that are made.
  static std::vector<NamedShape> shapes(const std::vector<NamedTensor>& tensors);
  /// Overridden by modules that contain others.
  virtual void set_training(bool training) { training_ = training; }

 private:
  bool training_ = true;
};

/// The tensors without their names: `optim::Adam(tensors(model.parameters()))`.
std::vector<Tensor> tensors(const std::vector<NamedTensor>& named);

}  // namespace glass::nn
