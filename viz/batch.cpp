#include "viz/batch.hpp"

#include <algorithm>
#include <vector>

namespace glass::viz {

namespace {

Shape with_rows(const Shape& shape, Index count) {
  std::vector<Index> sizes(shape.begin(), shape.end());
  sizes.front() = count;
  return Shape(sizes.begin(), sizes.end());
}

}  // namespace

Tensor row(const Tensor& batch, Index n) {
  const Tensor one = Tensor::empty(with_rows(batch.shape(), 1));
  std::copy_n(batch.data() + n * one.size(), one.size(), one.mutable_data());
  return one;
}

Tensor repeat(const Tensor& one, Index count) {
  const Tensor all = Tensor::empty(with_rows(one.shape(), count));
  for (Index n = 0; n < count; ++n)
    std::ranges::copy(one.values(), all.mutable_data() + n * one.size());
  return all;
}

}  // namespace glass::viz
