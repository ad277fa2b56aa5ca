#pragma once

#include <string>
#include <vector>

#include "nn/sequential.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// A network with what is needed to use it: the shape and normalisation of its input, the names of
/// its classes and its layers. Input pixels are in [0, 1]; normalisation by `mean` and `std` is the
/// first operation on the tape, so that the gradient reaches the pixels themselves.
class Model : public Module {
 public:
  std::string name;
  Shape input_shape;                 ///< [C,H,W]
  std::vector<double> mean, std;     ///< per channel; empty: not normalised
  std::vector<std::string> classes;  ///< may be empty
  Sequential layers;
  std::string weights;  ///< weight file, relative to the description's folder

  const char* type() const override { return "Model"; }
  /// x[N,C,H,W] of pixels -> the last layer's output, as described.
  Tensor forward(const Tensor& x) override;
  /// x -> output of the layer addressed by its name, index or alias ("conv2").
  Tensor forward_to(const std::string& layer, const Tensor& x);

  Shape output_shape(const Shape& input) const override { return layers.output_shape(input); }
  std::vector<NamedTensor> parameters() const override { return layers.parameters(); }
  std::vector<NamedTensor> buffers() const override { return layers.buffers(); }
  void train() override;
  void eval() override;
  /// A table of the layers with shapes, parameters and receptive fields, one line each.
  std::string summary() const;
};

/// Reads a description (JSON, see docs/model-format.md) and, if it names one, its weight file.
/// Without weights the layers are initialised from `seed`. Throws FileError or IoError.
Model load_model(const std::string& path, std::uint64_t seed = 0);
/// The same without reading weights, for training from scratch.
Model load_description(const std::string& path, std::uint64_t seed = 0);
/// Writes description and weights; `model.weights` is the weight file's name beside `path`.
void save_model(const Model& model, const std::string& path);

}  // namespace glass::inline GLASS_PRECISION::nn
