#include "nn/sequential.hpp"

#include <algorithm>

#include "autograd/trace.hpp"
#include "nn/printable.hpp"
#include "nn/suggestion.hpp"

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

std::string layer_name(const Sequential& net, Index i) {
  return text("layer ", printable(net.key(i)), " (", net.layer(i).type(), ')');
}

/// Calls `f` so that a ShapeError out of it says between which layers it happened.
template <class F>
auto naming_layer(const Sequential& net, Index i, F f) {
  try {
    return f();
  } catch (const ShapeError& error) {
    throw ShapeError(text(layer_name(net, i), ": ", error.what(), ", from ",
                          i > 0 ? layer_name(net, i - 1) : "the input"));
  }
}

/// What `of` gives for each layer, one after the other, the names after the layer's key.
template <class F>
auto of_all_layers(const Sequential& net, F of) {
  decltype(of(net.layer(0))) list;
  for (Index i = 0; i < net.size(); ++i) {
    for (auto& entry : of(net.layer(i))) {
      entry.name = net.key(i) + '.' + entry.name;
      list.push_back(std::move(entry));
    }
  }
  return list;
}

}  // namespace

Sequential& Sequential::add(std::unique_ptr<Module> module, const std::string& name) {
  if (!name.empty()) {
    const std::string quoted = "layer name '" + printable(name) + "'";
    if (is_number(name)) throw Error(quoted + " is a number, which would pass for an index");
    if (name.find('.') != std::string::npos) throw Error(quoted + " contains a full stop");
    for (const Entry& entry : layers_) {
      if (entry.name == name) throw Error(quoted + " is taken");
    }
  }
  layers_.push_back({name, std::move(module), {}});
  return *this;
}

std::string Sequential::key(Index i) const { return name(i).empty() ? std::to_string(i) : name(i); }

std::string Sequential::alias(Index i) const {
  const std::string stem = alias_stem(layer(i));
  Index count = 1;
  for (Index before = 0; before < i; ++before) count += alias_stem(layer(before)) == stem;
  return stem + std::to_string(count);
}

Index Sequential::find(const std::string& wanted) const {
  for (Index i = 0; i < size(); ++i)
    if (name(i) == wanted && !wanted.empty()) return i;
  for (Index i = 0; i < size(); ++i)
    if (std::to_string(i) == wanted || alias(i) == wanted) return i;
  std::string known;
  std::vector<std::string> names;
  for (Index i = 0; i < size(); ++i) {
    names.insert(names.end(), {key(i), alias(i)});
    known += (i ? ", " : "") + printable(key(i)) + " (" + alias(i) + ')';
  }
  throw Error("layer '" + printable(wanted) + "' does not exist; there are " + known +
              did_you_mean(wanted, names));
}

void Sequential::on_forward(const std::string& layer, std::function<void(const Tensor&)> f) {
  layers_[static_cast<std::size_t>(find(layer))].hooks.push_back(std::move(f));
}

void Sequential::clear_hooks() {
  for (Entry& entry : layers_) entry.hooks.clear();
}

Tensor Sequential::run(Index i, const Tensor& x) const {
  Trace* trace = Trace::recording();
  if (trace) {
    trace->set_layer(alias(i));
    for (const auto& [name, tensor] : layer(i).parameters()) {
      trace->name(tensor, name, Trace::Role::weight);
    }
  }
  const Tensor y = naming_layer(*this, i, [&] { return layer(i).forward(x); });
  if (trace) trace->set_layer("");
  for (const auto& hook : layers_[static_cast<std::size_t>(i)].hooks) hook(y);
  return y;
}

Tensor Sequential::forward(const Tensor& x) { return forward_to(size() - 1, x); }

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

Shape Sequential::output_shape(const Shape& input) const {
  Shape shape = input;
  for (Index i = 0; i < size(); ++i) {
    shape = naming_layer(*this, i, [&] { return layer(i).output_shape(shape); });
    naming_layer(*this, i, [&] { check_size("output", shape); });
  }
  return shape;
}

void Sequential::make_parameters() {
  for (const Entry& entry : layers_) entry.module->make_parameters();
}

void Sequential::reset_parameters(Rng& rng) {
  for (const Entry& entry : layers_) entry.module->reset_parameters(rng);
}

Footprint Sequential::footprint(const Shape& input) const {
  Footprint all;
  Shape shape = input;
  for (Index i = 0; i < size(); ++i) {
    all = compose(all, layer(i).footprint(shape));
    shape = layer(i).output_shape(shape);
  }
  return all;
}

std::vector<NamedTensor> Sequential::parameters() const {
  return of_all_layers(*this, [](const Module& layer) { return layer.parameters(); });
}

std::vector<NamedTensor> Sequential::buffers() const {
  return of_all_layers(*this, [](const Module& layer) { return layer.buffers(); });
}

std::vector<NamedShape> Sequential::parameter_shapes() const {
  return of_all_layers(*this, [](const Module& layer) { return layer.parameter_shapes(); });
}

std::vector<NamedShape> Sequential::buffer_shapes() const {
  return of_all_layers(*this, [](const Module& layer) { return layer.buffer_shapes(); });
}

void Sequential::set_training(bool training) {
  Module::set_training(training);
  for (const Entry& entry : layers_) training ? entry.module->train() : entry.module->eval();
}

}  // namespace glass::nn
