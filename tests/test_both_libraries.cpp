#include <doctest/doctest.h>

#include "autograd/ops.hpp"

double third_of_one_in_double();  // double_part.cpp

TEST_CASE("one program can hold the library in float and its twin in double") {
  const auto in_float = static_cast<double>((glass::Tensor::scalar(1) / 3).item());
  CHECK(in_float != third_of_one_in_double());
  CHECK(third_of_one_in_double() == 1.0 * (1.0 / 3));
  CHECK(in_float == doctest::Approx(1.0 / 3));
}
