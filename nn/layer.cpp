#include "nn/layer.hpp"

#include <algorithm>
#include <array>
#include <string_view>

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

bool says_nothing_new(const Module& module) {
  constexpr std::array types{"Flatten", "Dropout", "Dropout2d", "Identity"};
  return std::ranges::count(types, std::string_view(module.type())) > 0;
}

Footprint footprint(const Module& module, const Shape& input) {
  if (const Layer* layer = as_layer(module)) return layer->footprint(input);
  const auto* net = dynamic_cast<const Sequential*>(&module);
  return net && net->size() > 0 ? footprints(*net, input).back() : Footprint();
}

std::vector<Footprint> footprints(const Sequential& net, const Shape& input) {
  const std::vector<Shape> outputs = net.output_shapes(input);
  std::vector<Footprint> all;
  for (Index i = 0; i < net.size(); ++i) {
    Footprint seen;
    for (const Index j : net.inputs(i)) {
      if (j >= 0) seen = larger(seen, all[static_cast<std::size_t>(j)]);
    }
    const Index first = net.inputs(i).front();
    const Shape& shape = first < 0 ? input : outputs[static_cast<std::size_t>(first)];
    all.push_back(compose(seen, footprint(net.layer(i), shape)));
  }
  return all;
}

}  // namespace glass::nn
