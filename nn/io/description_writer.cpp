#include <algorithm>

#include "nn/io/description.hpp"
#include "nn/io/json_text.hpp"
#include "nn/layers.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

/// An object on one line with a blank after each colon and comma, for people.
class Line {
 public:
  template <class Value>
  Line& add(const std::string& name, const Value& value) {
    fields_ += (fields_.empty() ? "" : ", ") + json_text(name) + ": " + json_text(value);
    return *this;
  }
  std::string str() const { return '{' + fields_ + '}'; }

 private:
  std::string fields_;
};

std::string layer_json(const Sequential& layers, Index i, const std::string& path) {
  const Layer* layer = as_layer(layers.layer(i));
  const bool known = layer && std::ranges::any_of(layer_types(), [&](const LayerType& type) {
                       return std::string(layer->type()) == type.name;
                     });
  if (!known) {
    throw FileError(text(path, ": layer ", printable(layers.key(i)), " is of type ",
                         layers.layer(i).type(), ", which descriptions do not know"));
  }
  Line line;
  line.add("type", layer->type());
  if (!layers.name(i).empty()) line.add("name", layers.name(i));
  const std::vector<std::string> inputs = layers.input_names(i);
  if (!inputs.empty()) line.add("inputs", inputs);
  for (const Argument& argument : layer->arguments()) {
    std::visit([&](const auto& value) { line.add(argument.name, value); }, argument.value);
  }
  return line.str();
}

}  // namespace

std::string to_description(const Model& model, const std::string& path) {
  Line input, maximise;
  input.add("shape", std::vector<Index>(model.input_shape.begin(), model.input_shape.end()));
  if (!model.mean.empty()) input.add("mean", model.mean).add("std", model.std);
  if (!model.usual.empty()) input.add("usual", model.usual);
  if (model.variation > 0) input.add("variation", model.variation);
  for (const auto& [name, value] : model.maximise) maximise.add(name, value);

  std::string out = "{\"format\": " + std::to_string(description_format) +
                    ",\n \"name\": " + json_text(model.name) + ",\n \"input\": " + input.str();
  if (!model.classes.empty()) out += ",\n \"classes\": " + json_text(model.classes);
  if (!model.maximise.empty()) out += ",\n \"maximise\": " + maximise.str();
  out += ",\n \"layers\": [";
  for (Index i = 0; i < model.layers.size(); ++i) {
    out += (i ? ",\n            " : "") + layer_json(model.layers, i, path);
  }
  out += ']';
  if (!model.weights.empty()) out += ",\n \"weights\": " + json_text(model.weights);
  if (!model.judge.empty()) out += ",\n \"judge\": " + json_text(model.judge);
  return out + "}\n";
}

}  // namespace glass::nn
