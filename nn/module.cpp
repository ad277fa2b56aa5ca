#include "nn/module.hpp"

#include <algorithm>

namespace glass::nn {

Tensor Module::operator()(const Tensor& x) { return (*this)(std::span(&x, 1)); }

Tensor Module::operator()(std::span<const Tensor> inputs) {
  const Tensor y = merge(inputs);
  for (const auto& hook : hooks_) hook(y);
  return y;
}

Tensor Module::merge(std::span<const Tensor> inputs) {
  require(inputs.size() == 1, type(), ": takes one input, got ", inputs.size());
  return forward(inputs[0]);
}

Shape Module::merged_shape(std::span<const Shape> inputs) const {
  require(inputs.size() == 1, type(), ": takes one input, got ", inputs.size());
  return output_shape(inputs[0]);
}

void Module::reset_parameters(Rng& rng) {
  for (const Child& child : children()) child.module->reset_parameters(rng);
}

std::vector<Child> Module::modules() {
  std::vector<Child> all{{"", this}};
  for (const auto& [name, child] : children()) {
    const std::string prefix = name.empty() ? "" : name + '.';
    for (const auto& [key, module] : child->modules()) all.push_back({prefix + key, module});
  }
  return all;
}

std::vector<NamedTensor> Module::collect(std::vector<NamedTensor> (Module::*own)() const) const {
  std::vector<NamedTensor> all;
  // `modules` lets its caller change them, which this one does not.
  for (const auto& [prefix, module] : const_cast<Module*>(this)->modules()) {
    for (const auto& [name, tensor] : (module->*own)()) {
      if (tensor) all.push_back({prefix + name, tensor});
    }
  }
  return all;
}

std::vector<NamedTensor> Module::parameters() const { return collect(&Module::own_parameters); }
std::vector<NamedTensor> Module::buffers() const { return collect(&Module::own_buffers); }

void Module::set_training(bool training) {
  for (const Child& each : modules()) each.module->training_ = training;
}

void Module::clear_hooks() {
  for (const Child& each : modules()) each.module->hooks_.clear();
}

void Module::requires_grad(bool trainable) {
  for (NamedTensor& parameter : parameters()) parameter.tensor.requires_grad(trainable);
}

bool Module::requires_grad() const {
  return std::ranges::any_of(parameters(), [](const auto& p) { return p.tensor.requires_grad(); });
}

std::vector<Tensor> tensors(const std::vector<NamedTensor>& named) {
  std::vector<Tensor> list;
  for (const NamedTensor& entry : named) list.push_back(entry.tensor);
  return list;
}

}  // namespace glass::nn
