#include "nn/io/description.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "nn/io/description_checks.hpp"
#include "nn/io/json_value.hpp"
#include "nn/io/settings.hpp"
#include "nn/layers.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

using Names = std::vector<std::string>;

const LayerType& layer_type(const JsonValue& layer, const std::string& name) {
  Names known;
  for (const LayerType& type : layer_types()) {
    if (type.name == name) return type;
    known.push_back(type.name);
  }
  layer.fail("unknown type '" + printable(name) + "' (known: " + comma_list(known) + ")");
}

void read_value(const JsonValue& json, auto& into) { json.read(into); }

void read_value(const JsonValue& json, ConvPadding& into) {
  const std::string& word = json.json.text;
  if (json.json.kind == JsonKind::string && word != "same" && word != "valid") {
    json.expected("a whole number, [height, width], \"same\" or \"valid\"");
  }
  if (json.json.kind != JsonKind::string) json.read(static_cast<Size2&>(into));
  if (word == "same") into = same_padding;  // "valid" is none, the default
}

/// A list of whole numbers, or one of them.
void read_value(const JsonValue& json, std::vector<Index>& into) {
  if (json.json.kind == JsonKind::list) return json.read(into);
  json.read(into.emplace_back());
}

std::unique_ptr<Layer> read_layer(const JsonValue& layer, const LayerType& type, Rng& rng) {
  const ReadFields read = [&](const std::vector<Field>& fields) {
    Names known{"type", "name", "inputs"};
    for (const Field& field : fields) known.push_back(field.name);
    layer.only_keys(known);
    for (const Field& field : fields) {
      if (field.presence == Presence::optional && !layer.has(field.name)) continue;
      std::visit([&](auto* place) { read_value(layer[field.name], *place); }, field.place);
    }
  };
  return type.make(read, rng);
}

/// Names, aliases and indices, which may also be numbers.
Names read_inputs(const JsonValue& inputs) {
  const std::vector<JsonNode>& items = inputs.json.items;
  if (inputs.json.kind != JsonKind::list || items.empty()) {
    inputs.expected("a list of earlier layers");
  }
  if (items.size() > most_inputs) {
    inputs.fail(text(items.size(), " of them, at most ", most_inputs, " are allowed"));
  }
  Names names;
  for (const JsonNode& item : items) {
    const JsonValue input{item, inputs.where};
    if (item.kind == JsonKind::whole) {
      Index i = 0;
      input.read(i);
      names.push_back(std::to_string(i));
    } else {
      input.read(names.emplace_back());
    }
  }
  return names;
}

void add_layer(Sequential& layers, const JsonNode& json, const std::string& path,
               std::uint64_t seed) {
  const Index i = layers.size();
  JsonValue layer{json, text(path, ": layer ", i)};
  layer.expect_object();
  std::string type, name;
  layer["type"].read(type);
  if (layer.has("name")) layer["name"].read(name);
  const LayerType& known = layer_type(layer, type);
  layer.where += " (" + type + ")";
  Names inputs;
  if (layer.has("inputs")) inputs = read_inputs(layer["inputs"]);
  Rng rng = layer_rng(seed, i);
  try {
    layers.add(read_layer(layer, known, rng), name, inputs);
  } catch (const FileError&) {
    throw;
  } catch (const Error& impossible) {
    layer.fail(shown(impossible));
  }
}

void read_input(const JsonValue& input, Model& model) {
  input.only_keys({"shape", "mean", "std", "usual", "variation"});
  std::vector<Index> shape;
  input["shape"].read(shape);
  if (shape.size() != 3 || std::count(shape.begin(), shape.end(), 0)) {
    input["shape"].expected("[channels, height, width], all positive");
  }
  model.input_shape = Shape(shape.begin(), shape.end());
  if (input.has("variation")) {
    input["variation"].read(model.variation);
    // Of pixels in [0, 1]; ratios to it are printed.
    if (!(model.variation >= 1e-9 && model.variation <= 2)) {
      input["variation"].expected("a number from 1e-9 to 2");
    }
  }
  const auto channels = static_cast<std::size_t>(shape[0]);
  if (input.has("usual")) {
    input["usual"].read(model.usual);
    const auto is_pixel = [](double value) { return value >= 0 && value <= 1; };
    if (model.usual.size() != channels ||
        !std::all_of(model.usual.begin(), model.usual.end(), is_pixel)) {
      input["usual"].expected("one number from 0 to 1 per channel");
    }
  }
  if (!input.has("mean") && !input.has("std")) return;
  input["mean"].read(model.mean);
  input["std"].read(model.std);
  if (model.mean.size() != channels) input["mean"].expected("one number per channel");
  if (model.std.size() != channels || *std::min_element(model.std.begin(), model.std.end()) <= 0) {
    input["std"].expected("one positive number per channel");
  }
}

void read_maximise(const JsonValue& options, Model& model) {
  Names known;
  for (const Setting& setting : maximise_settings()) known.push_back(setting.name);
  options.only_keys(known);
  for (const std::string& name : options.json.keys) {
    const Setting& setting = maximise_setting(name);
    double& number = model.maximise[name];
    options[name].read(number);
    if (!setting.allows(number)) options[name].expected(setting.range());
  }
}

/// A class is called by its name. So no two may have the same, not even but for spaces at the ends,
/// and none one that means something else: see docs/model-format.md.
void read_classes(const JsonValue& classes, Model& model) {
  classes.read(model.classes);
  std::map<std::string, std::size_t> known;
  for (std::size_t k = 0; k < model.classes.size(); ++k) {
    const std::string name = trimmed(model.classes[k]);
    if (name.empty()) classes.fail(text("class ", k, " has no name"));
    if (name == "all" || name.starts_with("name:") || name.starts_with("index:")) {
      classes.fail(text("class ", k, " is called '", printable(name),
                        "': 'all' means every class, 'name:' and 'index:' say how one is called"));
    }
    const auto [first, is_new] = known.try_emplace(name, k);
    if (is_new) continue;
    classes.fail(
        text("classes ", first->second, " and ", k, " are both called '", printable(name), "'"));
  }
}

/// The name of a file that belongs to the description. A stranger's must not lead elsewhere: training
/// would write there.
void read_file_name(const JsonValue& file, std::string& name) {
  file.read(name);
  const std::filesystem::path path = name;
  if (path.is_absolute() || std::count(path.begin(), path.end(), "..") > 0) {
    file.expected("a file in the description's folder or below");
  }
}

/// JSON has no first bytes to tell its kinds apart.
void refuse_weights(const JsonNode& json, const std::string& path) {
  if (json.kind != JsonKind::object || json.items.empty()) return;
  const JsonValue first{json.items.front(), path};
  if (!first.has("shape") || !first.has("data")) return;
  throw FileError(path + ": expected a model description in JSON, got weights in JSON");
}

/// Before anything else, since a newer format may have other fields.
void check_format(const JsonValue& root) {
  if (!root.has("format")) return;  // as older versions wrote
  std::uint64_t format = 0;
  root["format"].read(format);
  if (format > description_format) {
    root.fail(text("format ", format, ": written by a newer version, this one reads up to ",
                   description_format));
  }
  if (format == 0) root["format"].expected("a whole number from 1");
}

}  // namespace

Model parse_description(std::string_view json, const std::string& path, std::uint64_t seed,
                        InitialValues values) {
  const JsonNode parsed = parse_json(json, path);
  refuse_weights(parsed, path);
  const JsonValue root{parsed, path};
  check_format(root);
  root.only_keys({"format", "name", "input", "classes", "maximise", "layers", "weights", "judge"});
  Model model;
  root["name"].read(model.name);
  if (model.name.find('/') != model.name.npos) {  // outputs are called by it
    root["name"].expected("text without '/'");
  }
  read_input(root["input"], model);
  if (root.has("classes")) read_classes(root["classes"], model);
  if (root.has("maximise")) read_maximise(root["maximise"], model);
  if (root.has("weights")) read_file_name(root["weights"], model.weights);
  if (root.has("judge")) read_file_name(root["judge"], model.judge);
  const JsonValue layers = root["layers"];
  if (layers.json.kind != JsonKind::list || layers.json.items.empty()) {
    layers.expected("a list of layers");
  }
  if (layers.json.items.size() > most_layers) {
    layers.fail(text(layers.json.items.size(), " of them, at most ", most_layers, " are allowed"));
  }
  std::size_t inputs = 0;
  for (const JsonNode& layer : layers.json.items) {
    add_layer(model.layers, layer, path, seed);
    inputs += model.layers.inputs(model.layers.size() - 1).size();
    if (inputs > most_inputs_in_all) {
      layers.fail(text("more than ", most_inputs_in_all, " inputs in all"));
    }
  }
  check_network(model, path);
  if (values == InitialValues::drawn) draw_parameters(model, seed);
  return model;
}

}  // namespace glass::nn
