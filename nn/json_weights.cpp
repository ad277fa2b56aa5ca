#include "nn/json_weights.hpp"

#include <algorithm>
#include <cmath>

#include "nn/json.hpp"
#include "nn/json_text.hpp"

namespace glass::inline GLASS_PRECISION::nn {

namespace {

/// nlohmann's JSON with float in place of double: "0.1" becomes the float next to 0.1, and that
/// float becomes "0.1" again.
using Json = nlohmann::basic_json<std::map, std::vector, std::string, bool, std::int64_t,
                                  std::uint64_t, float>;

StoredTensor read_tensor(const Json& json, const std::string& where) {
  const auto list_of = [&](const char* field, bool (*accepts)(const Json&)) -> const Json& {
    const Json& list = json[field];
    if (!list.is_array() || !std::all_of(list.begin(), list.end(), accepts)) {
      throw FileError(where + ": " + field + " must be a flat list of numbers");
    }
    return list;
  };
  if (!json.is_object() || json.size() != 2 || !json.contains("shape") || !json.contains("data")) {
    throw FileError(where + ": expected an object of shape and data");
  }
  StoredTensor tensor;
  list_of("shape", [](const Json& n) { return n.is_number_unsigned(); }).get_to(tensor.shape);
  list_of("data", [](const Json& n) { return n.is_number(); }).get_to(tensor.values);
  if (element_count(tensor.shape) != tensor.values.size()) {
    throw FileError(text(where, ": shape ", shape_text(tensor.shape), " does not fit ",
                         tensor.values.size(), " values"));
  }
  return tensor;
}

}  // namespace

StoredTensors parse_json_weights(std::string_view bytes, const std::string& path) {
  const Json json = parse_json<Json>(bytes, path);
  if (!json.is_object()) throw FileError(path + ": expected an object of tensors");
  StoredTensors tensors;
  for (const auto& [name, entry] : json.items()) {
    tensors[name] = read_tensor(entry, path + ": '" + printable(name) + "'");
  }
  return tensors;
}

std::string to_json_weights(const StoredTensors& tensors, const std::string& path) {
  std::string out = "{";
  for (const auto& [name, tensor] : tensors) {
    const auto& values = tensor.values;
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
      throw FileError(path + ": '" + printable(name) +
                      "' holds NaN or infinity, which JSON cannot express; use .safetensors");
    }
    out += (out.size() > 1 ? ",\n" : "\n") + json_text(name) +
           ": {\"shape\": " + shape_text(tensor.shape) + ", \"data\": " + json_text(values) + '}';
  }
  return out + "\n}\n";
}

}  // namespace glass::inline GLASS_PRECISION::nn
