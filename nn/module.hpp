#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "autograd/core_ops.hpp"

namespace glass::nn {

/// A tensor and its key in weight files, such as "0.weight".
struct NamedTensor {
  std::string name;  ///< its key
  Tensor tensor;     ///< a handle, not a copy
};

/// A module inside of another one.
struct Child {
  std::string name;      ///< such as "conv1", with which the keys of its tensors begin, or empty
  class Module* module;  ///< belongs to the other one
};

/// A function with parameters. Two independent switches: `train()` / `eval()` change behaviour
/// (dropout, batch normalisation) and nothing else; `requires_grad(bool)` makes the parameters
/// trainable or frozen and nothing else.
///
/// Modules are a tree. One that is made of others lists them in `children`, and need not say more:
///
///     class Residual final : public nn::Module {
///      public:
///       explicit Residual(Rng& rng) : conv1(arguments, rng), conv2(arguments, rng) {}
///       Tensor forward(const Tensor& x) override { return x + conv2(relu(conv1(x))); }
///       std::vector<nn::Child> children() override {
///         return {{"conv1", &conv1}, {"conv2", &conv2}};
///       }
///       nn::Conv2d conv1, conv2;
///     };
class Module {
 public:
  Module() = default;
  /// Modules move, and are not copied: two would share their tensors.
  Module(Module&&) = default;
  Module& operator=(Module&&) = default;  ///< as above
  virtual ~Module() = default;

  /// The function, on the tape. Throws ShapeError if x does not fit.
  virtual Tensor forward(const Tensor& x) = 0;
  Tensor operator()(const Tensor& x);  ///< the same, and calls what `on_forward` was given
  /// The function of several inputs, which `Add` and the like have (nn/merging.hpp). All other modules
  /// take one, and throw ShapeError otherwise.
  virtual Tensor merge(std::span<const Tensor> inputs);
  Tensor operator()(std::span<const Tensor> inputs);  ///< the same, and calls the hooks

  /// What messages call it, as PyTorch does: "Conv2d".
  virtual const char* type() const { return "Module"; }
  /// The shape that `forward` gives for an input of this shape. Throws ShapeError if it does not
  /// fit.
  virtual Shape output_shape(const Shape& input) const { return input; }
  virtual Shape merged_shape(std::span<const Shape> inputs) const;  ///< the same of `merge`
  /// The modules that this one is made of, in the order of their tensors in weight files.
  virtual std::vector<Child> children() { return {}; }
  /// What training adjusts, without the children's. Undefined tensors do not count.
  virtual std::vector<NamedTensor> own_parameters() const { return {}; }
  /// What is saved with them but not trained, without the children's: running means and variances.
  virtual std::vector<NamedTensor> own_buffers() const { return {}; }
  /// Draws the initial values anew, from `rng`; here those of the children, one after the other.
  virtual void reset_parameters(Rng& rng);

  // What follows for the whole tree ----------------------------------------------------------
  /// This module and those below it, parents first; the names are those of `parameters` without the
  /// last word: "", "0.", "0.conv1.".
  std::vector<Child> modules();
  std::vector<NamedTensor> parameters() const;  ///< handles, in the order of PyTorch's state_dict
  std::vector<NamedTensor> buffers() const;     ///< the same of these
  void train() { set_training(true); }          ///< behave as in training: so modules begin
  void eval() { set_training(false); }          ///< behave as in use
  bool training() const { return training_; }   ///< behaves as in training
  void requires_grad(bool trainable);  ///< makes every parameter trainable (true) or frozen (false)
  bool requires_grad() const;          ///< true if any parameter is trainable

  /// Calls `f` with the output of this module whenever it is called.
  void on_forward(std::function<void(const Tensor& output)> f) { hooks_.push_back(std::move(f)); }
  void clear_hooks();  ///< forgets everything that `on_forward` was given, here and in the children

 private:
  std::vector<NamedTensor> collect(std::vector<NamedTensor> (Module::*own)() const) const;
  void set_training(bool training);

  bool training_ = true;
  std::vector<std::function<void(const Tensor&)>> hooks_;
};

/// The tensors without their names: `optim::Adam(tensors(model.parameters()))`.
std::vector<Tensor> tensors(const std::vector<NamedTensor>& named);

}  // namespace glass::nn
