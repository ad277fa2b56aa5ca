#include <algorithm>

#include "nn/description.hpp"
#include "nn/json.hpp"
#include "nn/layers.hpp"

namespace glass::inline GLASS_PRECISION::nn {

namespace {

using Json = nlohmann::ordered_json;

Json to_json(Size2 size) { return size.h == size.w ? Json(size.h) : Json::array({size.h, size.w}); }
template <class Plain>
Json to_json(Plain value) {
  return value;
}

/// One line with a blank after each colon and comma, for people.
std::string line(const Json& object) {
  std::string out;
  for (const auto& [key, value] : object.items()) {
    out += (out.empty() ? "" : ", ") + Json(key).dump() + ": " + value.dump();
  }
  return '{' + out + '}';
}

Json layer_json(const Sequential& layers, Index i, const std::string& path) {
  const Module& layer = layers.layer(i);
  const auto& known = layer_types();
  if (std::none_of(known.begin(), known.end(),
                   [&](const LayerType& type) { return std::string(layer.type()) == type.name; })) {
    throw FileError(text(path, ": layer ", printable(layers.key(i)), " is of type ", layer.type(),
                         ", which descriptions do not know"));
  }
  Json json{{"type", layer.type()}};
  if (!layers.name(i).empty()) json["name"] = layers.name(i);
  for (const Argument& argument : layer.arguments()) {
    json[argument.name] = std::visit([](auto value) { return to_json(value); }, argument.value);
  }
  return json;
}

}  // namespace

std::string to_description(const Model& model, const std::string& path) {
  Json input{{"shape", std::vector<Index>(model.input_shape.begin(), model.input_shape.end())}};
  if (!model.mean.empty()) {
    input["mean"] = model.mean;
    input["std"] = model.std;
  }
  if (model.variation > 0) input["variation"] = model.variation;
  std::string out = "{\"name\": " + Json(model.name).dump() + ",\n \"input\": " + line(input);
  if (!model.classes.empty()) out += ",\n \"classes\": " + Json(model.classes).dump();
  if (!model.maximise.empty()) out += ",\n \"maximise\": " + line(Json(model.maximise));
  out += ",\n \"layers\": [";
  for (Index i = 0; i < model.layers.size(); ++i) {
    out += (i ? ",\n            " : "") + line(layer_json(model.layers, i, path));
  }
  out += ']';
  if (!model.weights.empty()) out += ",\n \"weights\": " + Json(model.weights).dump();
  return out + "}\n";
}

}  // namespace glass::inline GLASS_PRECISION::nn
