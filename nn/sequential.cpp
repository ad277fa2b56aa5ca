#include "nn/sequential.hpp"

#include "autograd/node.hpp"

namespace glass::nn {

namespace {

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
  check_new(name);
  layers_.push_back({name, std::move(module)});
  return *this;
}

std::string Sequential::key(Index i) const { return name(i).empty() ? std::to_string(i) : name(i); }

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
