#include <algorithm>
#include <ostream>

#include "autograd/table.hpp"
#include "autograd/tensor.hpp"

namespace glass {

namespace {

std::string number(real value) { return formatted("%.4g", value == 0 ? 0 : value); }  // no "-0"

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  if (shape.rank() == 0) return out << number(tensor.item());
  out << shape;
  std::size_t width = 0;
  for (const real value : tensor.values()) width = std::max(width, number(value).size());
  const Index columns = shape[shape.rank() - 1];
  const Index rows = shape.rank() > 1 ? shape[shape.rank() - 2] : 1;
  for (Index i = 0; i < tensor.size(); ++i) {
    if (i % columns == 0) out << (i > 0 && i % (rows * columns) == 0 ? "\n\n" : "\n");
    const std::string text = number(tensor.data()[i]);
    out << std::string(2 + width - text.size(), ' ') << text;
  }
  return out;
}

}  // namespace glass
