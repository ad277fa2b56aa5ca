#include "nn/printable.hpp"
#include "nn/sequential.hpp"

/// How people call the layers of a Sequential.
namespace glass::nn {

namespace {

bool is_number(const std::string& word) {
  return word.find_first_not_of("0123456789") == std::string::npos;
}

/// "Conv2d" -> "conv"
std::string alias_stem(const Module& layer) {
  std::string stem = layer.type();
  if (stem.ends_with("2d")) stem.resize(stem.size() - 2);
  return lower_case(stem);
}

}  // namespace

void Sequential::check_new(const std::string& name) const {
  if (name.empty()) return;
  const std::string quoted = "layer name '" + name + "'";
  if (is_number(name)) throw Error(quoted + " is a number, which would pass for an index");
  if (name.find('.') != std::string::npos) throw Error(quoted + " contains a full stop");
  for (const Entry& entry : layers_) {
    if (entry.name == name) throw Error(quoted + " is taken");
  }
}

std::string Sequential::alias(Index i) const {
  const std::string stem = alias_stem(layer(i));
  Index count = 1;
  for (Index before = 0; before < i; ++before) count += alias_stem(layer(before)) == stem;
  return stem + std::to_string(count);
}

std::string Sequential::title(Index i) const {
  return text("layer ", key(i), " (", layer(i).type(), ')');
}

Index Sequential::find(const std::string& wanted) const {
  for (Index i = 0; i < size(); ++i)
    if (name(i) == wanted && !wanted.empty()) return i;
  for (Index i = 0; i < size(); ++i)
    if (std::to_string(i) == wanted || alias(i) == wanted) return i;
  std::string known;
  for (Index i = 0; i < size(); ++i) {
    known += (i ? ", " : "") + key(i) + " (" + alias(i) + ')';
  }
  throw Error("layer '" + wanted + "' does not exist; there are " + known);
}

}  // namespace glass::nn
