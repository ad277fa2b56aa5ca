#include "viz/pages/tape/operation.hpp"

#include <algorithm>

#include "viz/pages/page.hpp"
#include "viz/pages/tape/formulas.hpp"
#include "viz/pages/tape/json.hpp"
#include "viz/pictures/maps.hpp"
#include "viz/saliency.hpp"

namespace glass::viz {

namespace {

using Json = nlohmann::ordered_json;

/// Pixels in [0, 1]: the image, or what was made of it before the first layer.
bool is_image(const Trace::Entry& entry) {
  const Shape& shape = entry.value.shape();
  const bool drawable = shape.rank() == 4 && (shape[1] == 1 || shape[1] == 3);
  return drawable && entry.layer.empty() &&
         std::ranges::all_of(entry.value.values(), [](real v) { return v >= 0 && v <= 1; });
}

/// A matrix of kernels is large and says little beyond its first.
MapOptions crop_of(const Trace::Entry& entry) {
  const bool kernels = entry.role == Trace::Role::weight && entry.value.shape().rank() == 4;
  return {.most = kernels ? 24 : 64};
}

Image value_picture(const Trace::Entry& entry) {
  if (is_image(entry)) return to_image(entry.value, 0);
  const Shape& shape = entry.value.shape();
  if (entry.role == Trace::Role::weight && shape.rank() == 4 && shape[1] == 3) {
    return draw_colour_kernels(entry.value);
  }
  return draw_maps(entry.value, scale_for(entry.value), crop_of(entry));
}

Image gradient_picture(const Trace::Entry& entry) {
  if (is_image(entry)) return draw_signed(narrow(entry.grad, 0, 0, 1));
  return draw_maps(entry.grad, Scale::diverging, crop_of(entry));
}

Json picture_json(const Image& image) {
  return {{"src", page::data_uri(image)}, {"width", image.width}, {"height", image.height}};
}

/// What the page shows beyond the tape itself. A single number needs no picture.
void add_pictures(Json& json, const Trace::Entry& entry) {
  if (entry.value.size() < 2) return;
  json["picture"] = picture_json(value_picture(entry));
  if (entry.grad) json["grad_picture"] = picture_json(gradient_picture(entry));
  json["cropped"] = is_cropped(entry.value.shape(), crop_of(entry));
}

}  // namespace

void illustrate(nlohmann::ordered_json& json, const Trace::Entry& entry) {
  add_pictures(json, entry);
  if (entry.is_leaf()) return;
  Formula formula = formula_of(entry.op);
  if (formula.inputs.size() < entry.inputs.size()) {  // of any number of them, `cat`, it tells one
    formula.inputs.resize(entry.inputs.size(), formula.inputs.back());
    formula.backward.resize(entry.inputs.size(), formula.backward.back());
  }
  json["formula"] = {
      {"forward", formula.forward}, {"inputs", formula.inputs}, {"backward", formula.backward}};
}

nlohmann::ordered_json operation_json(const Trace& trace, std::size_t place) {
  Json entries = to_json(trace), json = entries.at(place);
  illustrate(json, trace.entries()[place]);
  for (Json& input : json["inputs"]) {
    const std::size_t id = input["id"];
    input["entry"] = entries[id];
    illustrate(input["entry"], trace.entries()[id]);
  }
  return json;
}

}  // namespace glass::viz
