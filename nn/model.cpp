#include "nn/model.hpp"

namespace glass::nn {

void Model::check_batch(Index images) const {
  const Shape in{images, input_shape[0], input_shape[1], input_shape[2]};
  const std::vector<Shape> outputs = layers.output_shapes(in);
  for (Index i = 0; i < layers.size(); ++i) {
    const Index read = layers.inputs(i).front();
    const Shape& shape = read < 0 ? in : outputs[static_cast<std::size_t>(read)];
    const bool normalises = std::string_view(layers.layer(i).type()).starts_with("BatchNorm");
    if (normalises && shape.size() == shape[1]) {
      throw Error(text(name, ": ", layers.alias(i),
                       " cannot be trained on one image at a time: of ",
                       "each channel it would see a single value, in an input of ", shape));
    }
  }
}

Rng layer_rng(std::uint64_t seed, Index i) {
  return Rng(Rng(seed).bits() + static_cast<std::uint64_t>(i));
}

void draw_parameters(Model& model, std::uint64_t seed) {
  for (Index i = 0; i < model.layers.size(); ++i) {
    Rng rng = layer_rng(seed, i);
    model.layers.layer(i).reset_parameters(rng);
  }
}

}  // namespace glass::nn
