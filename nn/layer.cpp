#include "nn/layer.hpp"

#include "nn/sequential.hpp"

namespace glass::nn {

void check_size(const std::string& what, const Shape& shape) {
  Index size = 1;
  for (const Index dim : shape) {
    require(dim == 0 || size <= most_values / dim, what, ' ', shape, " has more than ", most_values,
            " values");
    size *= dim;
  }
}

std::string call_text(const Module& module) {
  const Layer* layer = as_layer(module);
  return call_text(module.type(), layer ? layer->arguments() : std::vector<Argument>());
}

Footprint footprint(const Module& module, const Shape& input) {
  if (const Layer* layer = as_layer(module)) return layer->footprint(input);
  Footprint all;
  const auto* net = dynamic_cast<const Sequential*>(&module);
  Shape shape = input;
  for (Index i = 0; net && i < net->size(); ++i) {
    all = compose(all, footprint(net->layer(i), shape));
    shape = net->layer(i).output_shape(shape);
  }
  return all;
}

}  // namespace glass::nn
