// Compiled for the library in double and linked into a program that uses the one in float.
#include "autograd/ops.hpp"

static_assert(sizeof(glass::real) == sizeof(double));

double third_of_one_in_double() {
  return static_cast<double>((glass::Tensor::scalar(1) / 3).item());
}
