#include <algorithm>
#include <array>

#include "nn/model.hpp"
#include "nn/printable.hpp"

namespace glass::inline GLASS_PRECISION::nn {

namespace {

using Row = std::array<std::string, 7>;

/// Columns as wide as their widest cell; no blanks at the ends of lines.
std::string aligned(const std::vector<Row>& rows) {
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return out;
}

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
  std::vector<Row> rows{{"layer", "alias", "type", "output", "parameters", "", "sees"}};
  Shape shape{1, input_shape[0], input_shape[1], input_shape[2]};
  Footprint field;
  for (Index i = 0; i < layers.size(); ++i) {
    const Module& layer = layers.layer(i);
    field = compose(field, layer.footprint(shape));
    shape = layer.output_shape(shape);
    const Size2 seen(std::min(field.size.h, input_shape[1]),
                     std::min(field.size.w, input_shape[2]));
    const Count count = count_parameters(layer);
    rows.push_back({printable(layers.key(i)), layers.alias(i),
                    call_text(layer.type(), layer.arguments()), shape.str(),
                    count.all ? std::to_string(count.all) : "", state(count), text(seen)});
  }
  const Count total = count_parameters(*this);
  return text(printable(name), ": input ", input_shape, ", ", layers.size(), " layers\n",
              aligned(rows), "total ", total.all, " parameters, ", total.trainable, " trainable\n");
}

}  // namespace glass::inline GLASS_PRECISION::nn
