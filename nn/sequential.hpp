#pragma once

#include <concepts>
#include <memory>

#include "nn/module.hpp"

namespace glass::nn {

/// Layers one after the other. In weight files a layer is called by its name or, without one, by
/// its index: "0.weight". People may also use its alias: the type in small letters without "2d",
/// and its count among the layers of that type from 1, so that "conv2" is the second Conv2d.
class Sequential final : public Module {
 public:
  /// Appends a layer: `net.add(nn::Linear({.in_features = 2, .out_features = 3}, rng), "head")`.
  /// Throws Error if the name is taken, a number, or contains a full stop.
  template <std::derived_from<Module> Layer>
  Sequential& add(Layer layer, const std::string& name = {}) {
    return add(std::make_unique<Layer>(std::move(layer)), name);
  }
  /// The same for a layer of any type.
  Sequential& add(std::unique_ptr<Module> layer, const std::string& name = {});

  Index size() const { return static_cast<Index>(layers_.size()); }  ///< number of layers
  /// Layer i, counted from 0; not checked.
  Module& layer(Index i) const { return *layers_[static_cast<std::size_t>(i)].module; }
  /// The name it was given; may be empty.
  const std::string& name(Index i) const { return layers_[static_cast<std::size_t>(i)].name; }
  /// The name or, without one, the index: what its tensors' keys begin with.
  std::string key(Index i) const;
  std::string alias(Index i) const;  ///< "conv2"
  std::string title(Index i) const;  ///< "layer head (Linear)", for messages
  /// Index of the layer with this name, index or alias, tried in this order. Throws Error, listing
  /// what there is, if there is none.
  Index find(const std::string& layer) const;

  using Module::on_forward;
  /// Calls `f` with the output of the layer with this name, index or alias whenever it is computed.
  /// Throws Error as `find` does.
  void on_forward(const std::string& layer_name, std::function<void(const Tensor& output)> f) {
    layer(find(layer_name)).on_forward(std::move(f));
  }

  const char* type() const override { return "Sequential"; }
  Tensor forward(const Tensor& x) override { return forward_to(size() - 1, x); }
  /// x -> output of layer `last`. ShapeErrors name the layer that they come from.
  Tensor forward_to(Index last, const Tensor& x) const;
  /// x -> the outputs of all layers up to and with `last`, in order.
  std::vector<Tensor> outputs(Index last, const Tensor& x) const;
  Shape output_shape(const Shape& input) const override;
  /// The same of layer i alone. ShapeErrors name it.
  Shape output_shape(Index i, const Shape& input) const;
  std::vector<Child> children() override;

 private:
  struct Entry {
    std::string name;
    std::unique_ptr<Module> module;
  };
  void check_new(const std::string& name) const;  ///< throws as `add` does
  Tensor run(Index i, const Tensor& x) const;

  std::vector<Entry> layers_;
};

}  // namespace glass::nn
