#pragma once

#include <functional>
#include <string>
#include <vector>

#include "autograd/ops.hpp"

/// The one table of operations. Every case is checked three ways: its gradients against finite
/// differences, its fast kernels against the reference loops, and its error messages.
namespace glass::testing {

struct OpCase {
  std::string name;  ///< the operation, then what is special about the case
  std::function<Tensor(const std::vector<Tensor>&)> f;
  std::vector<Tensor> inputs;  ///< away from kinks and ties
  bool zero_is_right = false;  ///< some input's gradient is zero everywhere, and should be
};
std::vector<OpCase> op_cases();

/// Draws a case of one operation: random shapes, empty batches among them, and random options.
struct RandomOp {
  std::string name;  ///< as its node calls itself
  std::function<OpCase(Rng&)> draw;
};
std::vector<RandomOp> random_ops();

/// A call that must throw ShapeError.
struct ShapeErrorCase {
  std::string name;
  std::function<void()> call;
  std::string message;  ///< part of the error's text
};
std::vector<ShapeErrorCase> shape_error_cases();

/// Values evenly spread over [-1, 1] in random order: no two equal, none near zero.
Tensor spread(const Shape& shape, std::uint64_t seed);

}  // namespace glass::testing
