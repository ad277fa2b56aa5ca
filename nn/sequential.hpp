#pragma once

#include <concepts>
#include <memory>

#include "nn/module.hpp"

namespace glass::nn {

/// Layers computed one after the other. Each reads the one before, unless it was told which to read:
/// a list of layers says any network whose branches meet again.
///
/// In weight files a layer is called by its name or, without one, by its index: "0.weight". People
/// may also use its alias: the type in small letters without "2d", and its count among the layers of
/// that type from 1, so that "conv2" is the second Conv2d.
class Sequential final : public Module {
 public:
  /// Appends a layer: `net.add(nn::Linear({.in_features = 2, .out_features = 3}, rng), "head")`.
  /// `inputs` are what it reads: names, indices or aliases of layers before it, or "input" for that of
  /// the network; without any, the layer before. `net.add(nn::Add(), "sum", {"conv2", "input"})`.
  /// Throws Error if the name is taken, a number, "input", or contains a full stop, and if an input is
  /// no layer before this one.
  template <std::derived_from<Module> Layer>
  Sequential& add(Layer layer, const std::string& name = {},
                  const std::vector<std::string>& inputs = {}) {
    return add(std::make_unique<Layer>(std::move(layer)), name, inputs);
  }
  /// The same for a layer of any type.
  Sequential& add(std::unique_ptr<Module> layer, const std::string& name = {},
                  const std::vector<std::string>& inputs = {});

  Index size() const { return static_cast<Index>(layers_.size()); }  ///< number of layers
  /// Layer i, counted from 0; not checked.
  Module& layer(Index i) const { return *entry(i).module; }
  const std::string& name(Index i) const { return entry(i).name; }  ///< as given; may be empty
  /// The name or, without one, the index: what its tensors' keys begin with.
  std::string key(Index i) const;
  const std::string& alias(Index i) const { return entry(i).alias; }  ///< "conv2"
  std::string title(Index i) const;  ///< "layer head (Linear)", for messages
  /// The layers that layer i reads; -1 is the input of the network.
  const std::vector<Index>& inputs(Index i) const { return entry(i).inputs; }
  /// Their keys, as `add` takes them: none if that is the layer before alone.
  std::vector<std::string> input_names(Index i) const;
  /// Index of the layer with this name, index or alias, tried in this order. Throws Error, listing the
  /// layers and suggesting one, if there is none.
  Index find(const std::string& layer) const;

  using Module::on_forward;
  /// Calls `f` with the output of the layer with this name, index or alias whenever it is computed.
  /// Throws Error as `find` does.
  void on_forward(const std::string& layer_name, std::function<void(const Tensor& output)> f) {
    layer(find(layer_name)).on_forward(std::move(f));
  }

  const char* type() const override { return "Sequential"; }
  Tensor forward(const Tensor& x) override { return forward_to(size() - 1, x); }
  /// x -> output of layer `last`, computing only the layers that it depends on; x itself if that is
  /// negative. ShapeErrors name the layers that they come from.
  Tensor forward_to(Index last, const Tensor& x) const;
  /// x -> the outputs of all layers up to and with `last`, in order.
  std::vector<Tensor> outputs(Index last, const Tensor& x) const;
  Shape output_shape(const Shape& x) const override;
  /// The shapes of all outputs. ShapeErrors name the layers that they come from.
  std::vector<Shape> output_shapes(const Shape& x) const;
  /// The same of layer i alone, from those of the layers before it.
  Shape output_shape(Index i, const Shape& x, const std::vector<Shape>& before) const;
  std::vector<Child> children() override;

 private:
  struct Entry {
    std::string name, alias;
    std::vector<Index> inputs;
    std::unique_ptr<Module> module;
  };
  const Entry& entry(Index i) const { return layers_[static_cast<std::size_t>(i)]; }
  // What `add` needs of the names, and throws of them
  void check_new(const std::string& name) const;
  std::string new_alias(const Module& layer) const;
  std::vector<Index> find_inputs(const std::vector<std::string>& inputs) const;
  Tensor run(Index i, const Tensor& x, const std::vector<Tensor>& before) const;

  std::vector<Entry> layers_;
};

}  // namespace glass::nn
