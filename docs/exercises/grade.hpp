#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <string>

#include "autograd/ops.hpp"
#include "docs/exercises/not_implemented.hpp"

/// What the exercises' tests share. Failures name the element, what was expected and what was found.
namespace glass::grade {

/// Of the element at `offset`: "[1,0,2]".
inline std::string place(const Shape& shape, Index offset) {
  std::string out;
  for (int axis = shape.rank() - 1; axis >= 0; --axis) {
    out = std::to_string(offset % shape[axis]) + (out.empty() ? "" : "," + out);
    offset /= shape[axis];
  }
  return "[" + out + "]";
}

/// Checks that two tensors are equal but for rounding: within `tolerance` of the largest magnitude
/// that is expected. Names the first element that is not.
inline void check_equal(const std::string& what, const Tensor& found, const Tensor& expected,
                        double tolerance = 1e-6) {
  if (found.shape() != expected.shape()) {
    FAIL(text(what, ": expected the shape ", expected.shape(), ", found ", found.shape()));
  }
  double largest = 0;
  for (const real value : expected.values()) largest = std::fmax(largest, std::abs(value));
  for (Index i = 0; i < found.size(); ++i) {
    const double is = found.data()[i], should_be = expected.data()[i];
    if (std::abs(is - should_be) <= tolerance * largest) continue;
    FAIL_CHECK(text(what, ", element ", place(found.shape(), i), ": expected ", should_be,
                    ", found ", is));
    return;
  }
}

/// Checks one number in the same way.
inline void check_equal(const std::string& what, double found, double expected,
                        double tolerance = 1e-6) {
  CHECK_MESSAGE(std::abs(found - expected) <= tolerance * std::abs(expected),
                text(what, ": expected ", expected, ", found ", found));
}

}  // namespace glass::grade
