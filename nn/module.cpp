#include "nn/module.hpp"

#include <algorithm>

namespace glass::nn {

void check_size(const std::string& what, const Shape& shape) {
  Index size = 1;
  for (const Index dim : shape) {
    require(dim == 0 || size <= most_values / dim, what, ' ', shape, " has more than ", most_values,
            " values");
    size *= dim;
  }
}

Index Module::parameter_count() const {
  Index count = 0;
  for (const NamedShape& parameter : parameter_shapes()) count += parameter.shape.size();
  return count;
}

std::vector<NamedShape> Module::shapes(const std::vector<NamedTensor>& tensors) {
  std::vector<NamedShape> list;
  for (const auto& [name, tensor] : tensors) list.push_back({name, tensor.shape()});
  return list;
}

void Module::requires_grad(bool trainable) {
  for (NamedTensor& parameter : parameters()) parameter.tensor.requires_grad(trainable);
}

bool Module::requires_grad() const {
  const std::vector<NamedTensor> all = parameters();
  return std::any_of(all.begin(), all.end(),
                     [](const NamedTensor& p) { return p.tensor.requires_grad(); });
}

std::vector<Tensor> tensors(const std::vector<NamedTensor>& named) {
  std::vector<Tensor> list;
  for (const NamedTensor& entry : named) list.push_back(entry.tensor);
  return list;
}

}  // namespace glass::nn
