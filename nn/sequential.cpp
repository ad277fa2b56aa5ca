#include "nn/sequential.hpp"

#include "autograd/node.hpp"

namespace glass::nn {

namespace {

bool is_number(const std::string& word) {
  return word.find_first_not_of("0123456789") == std::string::npos;
}

/// "Conv2d" -> "conv"
std::string alias_stem(const Module& layer) {
  std::string stem = layer.type();
  if (stem.ends_with("2d")) stem.resize(stem.size() - 2);
  for (char& c : stem) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return stem;
}

/// Calls `f` so that a ShapeError out of it says between which layers it happened.
template <class F>
auto naming_layer(const Sequential& net, Index i, F f) {
  try {
    return f();
  } catch (const ShapeError& error) {
    throw ShapeError(
        text(net.title(i), ": ", error.what(), ", from ", i > 0 ? net.title(i - 1) : "the input"));
  }
}

}  // namespace

Sequential& Sequential::add(std::unique_ptr<Module> module, const std::string& name) {
  if (!name.empty()) {
    const std::string quoted = "layer name '" + name + "'";
    if (is_number(name)) throw Error(quoted + " is a number, which would pass for an index");
    if (name.find('.') != std::string::npos) throw Error(quoted + " contains a full stop");
    for (const Entry& entry : layers_) {
      if (entry.name == name) throw Error(quoted + " is taken");
    }
  }
  layers_.push_back({name, std::move(module)});
  return *this;
}

std::string Sequential::key(Index i) const { return name(i).empty() ? std::to_string(i) : name(i); }

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

Tensor Sequential::run(Index i, const Tensor& x) const {
  Observer* const observer = Observer::current;
  if (observer) {
    observer->enter_layer(alias(i));
    for (const auto& [name, tensor] : layer(i).parameters()) observer->name_parameter(tensor, name);
  }
  const Tensor y = naming_layer(*this, i, [&] { return layer(i)(x); });
  if (observer) observer->enter_layer("");
  return y;
}

Tensor Sequential::forward_to(Index last, const Tensor& x) const {
  Tensor y = x;
  for (Index i = 0; i <= last; ++i) y = run(i, y);
  return y;
}

std::vector<Tensor> Sequential::outputs(Index last, const Tensor& x) const {
  std::vector<Tensor> all;
  for (Index i = 0; i <= last; ++i) all.push_back(run(i, all.empty() ? x : all.back()));
  return all;
}

Shape Sequential::output_shape(Index i, const Shape& input) const {
  return naming_layer(*this, i, [&] { return layer(i).output_shape(input); });
}

Shape Sequential::output_shape(const Shape& input) const {
  Shape shape = input;
  for (Index i = 0; i < size(); ++i) shape = output_shape(i, shape);
  return shape;
}

std::vector<Child> Sequential::children() {
  std::vector<Child> all;
  for (Index i = 0; i < size(); ++i) all.push_back({key(i), &layer(i)});
  return all;
}

}  // namespace glass::nn
