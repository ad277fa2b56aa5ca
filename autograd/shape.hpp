#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <ostream>
#include <string>

#include "autograd/error.hpp"

namespace glass {

/// Counts and positions of elements; signed, so that `i - padding` may be negative.
using Index = std::ptrdiff_t;

/// The extent of each dimension of a contiguous tensor, rank 0 (a scalar) to 4 (N, C, H, W).
class Shape {
 public:
  static constexpr int max_rank = 4;  ///< [N,C,H,W]

  Shape() = default;
  /// Shape{1, 3, 32, 32}. Throws ShapeError as `append` does.
  Shape(std::initializer_list<Index> dims) : Shape(dims.begin(), dims.end()) {}

  /// The same from any range of whole numbers.
  template <class Iterator>
  Shape(Iterator first, Iterator last) {
    for (; first != last; ++first) append(static_cast<Index>(*first));
  }

  /// Adds one more dimension at the end. Throws ShapeError if it is negative, or one too many.
  void append(Index dim) {
    require(rank_ < max_rank, "shape: rank is at most ", max_rank);
    require(dim >= 0, "shape: dimension ", rank_, " is negative (", dim, ")");
    dims_[static_cast<std::size_t>(rank_++)] = dim;
  }

  int rank() const { return rank_; }  ///< number of dimensions
  /// Dimension `axis`, from 0; not checked.
  Index operator[](int axis) const { return dims_[static_cast<std::size_t>(axis)]; }
  const Index* begin() const { return dims_.data(); }        ///< the first dimension
  const Index* end() const { return dims_.data() + rank_; }  ///< behind the last one

  /// Number of elements: the product of the dimensions, 1 for a scalar. Throws ShapeError if an Index
  /// cannot count them.
  Index size() const {
    Index product = 1;
    for (Index dim : *this) {
      if (__builtin_mul_overflow(product, dim, &product)) {
        throw ShapeError("shape " + str() + ": more elements than can be counted");
      }
    }
    return product;
  }

  /// The same but for `size` in dimension `axis`.
  Shape with(int axis, Index size) const {
    Shape changed;
    for (int i = 0; i < rank_; ++i) changed.append(i == axis ? size : (*this)[i]);
    return changed;
  }

  bool operator==(const Shape&) const = default;  ///< rank and all dimensions are equal

  /// "[8,3,32,32]"; a scalar prints as "[]".
  std::string str() const {
    std::string out = "[";
    for (Index dim : *this) out += (out.size() > 1 ? "," : "") + std::to_string(dim);
    return out + "]";
  }

 private:
  int rank_ = 0;
  std::array<Index, max_rank> dims_{};
};

/// As `str()`.
inline std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  return out << shape.str();
}

}  // namespace glass
