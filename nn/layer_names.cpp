#include <algorithm>

#include "nn/printable.hpp"
#include "nn/sequential.hpp"
#include "nn/suggestion.hpp"

/// How people call the layers of a Sequential.
namespace glass::nn {

namespace {

/// What layers call the input of the network, when they say that they read it.
const std::string input_name = "input";

bool is_number(const std::string& word) {
  return word.find_first_not_of("0123456789") == std::string::npos;
}

/// "Conv2d" -> "conv"
std::string alias_stem(const Module& layer) {
  std::string stem = layer.type();
  if (stem.ends_with("2d")) stem.resize(stem.size() - 2);
  return lower_case(stem);
}

/// Index of the layer that is called so; -1 if there is none.
Index search(const Sequential& layers, const std::string& wanted) {
  for (Index i = 0; i < layers.size(); ++i)
    if (layers.name(i) == wanted && !wanted.empty()) return i;
  for (Index i = 0; i < layers.size(); ++i)
    if (std::to_string(i) == wanted || layers.alias(i) == wanted) return i;
  return -1;
}

/// "; there are 0 (conv1), 1 (relu1); did you mean conv1?", with what there is `besides` layers.
std::string what_there_is(const Sequential& layers, const std::string& wanted,
                          const std::vector<std::string>& besides) {
  std::vector<std::string> listed = besides, names = besides;
  for (Index i = 0; i < layers.size(); ++i) {
    listed.push_back(layers.key(i) + " (" + layers.alias(i) + ')');
    names.insert(names.end(), {layers.key(i), layers.alias(i)});
  }
  return "; there are " + comma_list(listed) + did_you_mean(wanted, names);
}

}  // namespace

void Sequential::check_new(const std::string& name) const {
  if (name.empty()) return;
  const std::string quoted = "layer name '" + name + "'";
  if (is_number(name)) throw Error(quoted + " is a number, which would pass for an index");
  if (name.find('.') != std::string::npos) throw Error(quoted + " contains a full stop");
  if (name == input_name) throw Error(quoted + " is what the input of the network is called");
  for (const Entry& entry : layers_) {
    if (entry.name == name) throw Error(quoted + " is taken");
  }
}

std::string Sequential::new_alias(const Module& layer) const {
  const std::string stem = alias_stem(layer);
  const auto is_alike = [&](const Entry& entry) { return alias_stem(*entry.module) == stem; };
  return stem + std::to_string(std::ranges::count_if(layers_, is_alike) + 1);
}

std::vector<Index> Sequential::find_inputs(const std::vector<std::string>& inputs) const {
  if (inputs.empty()) return {size() - 1};
  std::vector<Index> found;
  for (const std::string& wanted : inputs) {
    found.push_back(wanted == input_name ? -1 : search(*this, wanted));
    if (found.back() >= 0 || wanted == input_name) continue;
    throw Error("inputs: '" + wanted + "' is no earlier layer" +
                what_there_is(*this, wanted, {input_name}));
  }
  return found;
}

std::string Sequential::title(Index i) const {
  return text("layer ", key(i), " (", layer(i).type(), ')');
}

std::vector<std::string> Sequential::input_names(Index i) const {
  std::vector<std::string> names;
  if (inputs(i) == std::vector{i - 1}) return names;
  for (const Index j : inputs(i)) names.push_back(j < 0 ? input_name : key(j));
  return names;
}

Index Sequential::find(const std::string& wanted) const {
  const Index found = search(*this, wanted);
  if (found >= 0) return found;
  throw Error("layer '" + wanted + "' does not exist" + what_there_is(*this, wanted, {}));
}

}  // namespace glass::nn
