#include <algorithm>

#include "autograd/table.hpp"
#include "nn/layer.hpp"
#include "nn/model.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

struct Count {
  Index all = 0, trainable = 0;
};

Count count_parameters(const Module& module) {
  Count count;
  for (const auto& [name, tensor] : module.parameters()) {
    count.all += tensor.size();
    if (tensor.requires_grad()) count.trainable += tensor.size();
  }
  return count;
}

std::string state(const Count& count) {
  if (count.all == 0) return "";
  if (count.trainable == 0) return "frozen";
  return count.trainable == count.all ? "trainable" : "partly frozen";
}

}  // namespace

std::string Model::summary() const {
  std::vector<std::vector<std::string>> rows{
      {"layer", "alias", "type", "output", "parameters", "", "sees"}};
  const Shape in{1, input_shape[0], input_shape[1], input_shape[2]};
  const std::vector<Shape> outputs = layers.output_shapes(in);
  const std::vector<Footprint> fields = footprints(layers, in);
  bool branches = false;
  for (Index i = 0; i < layers.size(); ++i) {
    const Module& layer = layers.layer(i);
    const auto at = static_cast<std::size_t>(i);
    const Size2 seen(std::min(fields[at].size.h, input_shape[1]),
                     std::min(fields[at].size.w, input_shape[2]));
    const Count count = count_parameters(layer);
    const std::string reads = comma_list(layers.input_names(i));
    branches |= !reads.empty();
    rows.push_back({printable(layers.key(i)), layers.alias(i), call_text(layer), outputs[at].str(),
                    count.all ? std::to_string(count.all) : "", state(count), text(seen),
                    printable(reads)});
  }
  rows.front().push_back("reads");
  if (!branches) {
    for (auto& row : rows) row.pop_back();
  }
  const Count total = count_parameters(*this);
  return text(printable(name), ": input ", input_shape, ", ", layers.size(), " layers\n",
              aligned(rows), "total ", total.all, " parameters, ", total.trainable, " trainable\n");
}

}  // namespace glass::nn
