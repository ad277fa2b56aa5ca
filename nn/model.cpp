#include "nn/model.hpp"

#include "nn/suggestion.hpp"

namespace glass::nn {

Index Model::find(const std::string& layer) const {
  try {
    return layers.find(layer);
  } catch (const Error& unknown) {
    std::vector<std::string> names;
    for (Index i = 0; i < layers.size(); ++i) {
      names.insert(names.end(), {layers.key(i), layers.alias(i)});
    }
    throw Error(unknown.what() + did_you_mean(layer, names));
  }
}

void Model::check_batch(Index images) const {
  Shape shape{images, input_shape[0], input_shape[1], input_shape[2]};
  for (Index i = 0; i < layers.size(); ++i) {
    const Shape out = layers.layer(i).output_shape(shape);
    const bool normalises = std::string(layers.layer(i).type()).starts_with("BatchNorm");
    if (normalises && shape.size() == shape[1]) {
      throw Error(text(name, ": ", layers.alias(i),
                       " cannot be trained on one image at a time: of ",
                       "each channel it would see a single value, in an input of ", shape));
    }
    shape = out;
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
