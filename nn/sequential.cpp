#include "nn/sequential.hpp"

#include "autograd/node.hpp"

namespace glass::nn {

namespace {

/// Calls `f` with what layer i reads of x and the outputs before it, so that a ShapeError out of it
/// says between which layers it happened.
template <class Value, class F>
auto call(const Sequential& net, Index i, const Value& x, const std::vector<Value>& before, F f) {
  const std::vector<Index>& inputs = net.inputs(i);
  const auto value = [&](Index j) -> const Value& {
    return j < 0 ? x : before[static_cast<std::size_t>(j)];
  };
  try {
    if (inputs.size() == 1) return f(std::span(&value(inputs[0]), 1));
    std::vector<Value> values;
    for (const Index j : inputs) values.push_back(value(j));
    return f(std::span<const Value>(values));
  } catch (const ShapeError& error) {
    std::string from;
    for (const Index j : inputs) {
      from += (from.empty() ? "" : " and ") + (j < 0 ? "the input" : net.title(j));
    }
    throw ShapeError(text(net.title(i), ": ", error.what(), ", from ", from));
  }
}

}  // namespace

Sequential& Sequential::add(std::unique_ptr<Module> module, const std::string& name,
                            const std::vector<std::string>& inputs) {
  check_new(name);
  layers_.push_back({name, new_alias(*module), find_inputs(inputs), std::move(module)});
  return *this;
}

std::string Sequential::key(Index i) const { return name(i).empty() ? std::to_string(i) : name(i); }

Tensor Sequential::run(Index i, const Tensor& x, const std::vector<Tensor>& before) const {
  Observer* const observer = Observer::current;
  if (observer) {
    observer->enter_layer(alias(i));
    for (const auto& [name, tensor] : layer(i).parameters()) observer->name_parameter(tensor, name);
  }
  const Tensor y = call(*this, i, x, before, [&](auto inputs) { return layer(i)(inputs); });
  if (observer) observer->enter_layer("");
  return y;
}

Tensor Sequential::forward_to(Index last, const Tensor& x) const {
  if (last < 0) return x;
  const auto count = static_cast<std::size_t>(last) + 1;
  std::vector<int> readers(count);  // how many are still to come; the caller reads the last output
  readers.back() = 1;
  for (Index i = last; i >= 0; --i) {
    if (readers[static_cast<std::size_t>(i)] == 0) continue;
    for (const Index j : inputs(i)) {
      if (j >= 0) ++readers[static_cast<std::size_t>(j)];
    }
  }
  std::vector<Tensor> outputs(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (readers[i] == 0) continue;
    outputs[i] = run(static_cast<Index>(i), x, outputs);
    for (const Index j : inputs(static_cast<Index>(i))) {
      const auto read = static_cast<std::size_t>(j);
      if (j >= 0 && --readers[read] == 0) outputs[read] = {};  // its memory is free again
    }
  }
  return outputs.back();
}

std::vector<Tensor> Sequential::outputs(Index last, const Tensor& x) const {
  std::vector<Tensor> all;
  for (Index i = 0; i <= last; ++i) all.push_back(run(i, x, all));
  return all;
}

Shape Sequential::output_shape(Index i, const Shape& x, const std::vector<Shape>& before) const {
  return call(*this, i, x, before, [&](auto inputs) { return layer(i).merged_shape(inputs); });
}

std::vector<Shape> Sequential::output_shapes(const Shape& x) const {
  std::vector<Shape> all;
  for (Index i = 0; i < size(); ++i) all.push_back(output_shape(i, x, all));
  return all;
}

Shape Sequential::output_shape(const Shape& x) const {
  return size() > 0 ? output_shapes(x).back() : x;
}

std::vector<Child> Sequential::children() {
  std::vector<Child> all;
  for (Index i = 0; i < size(); ++i) all.push_back({key(i), &layer(i)});
  return all;
}

}  // namespace glass::nn
