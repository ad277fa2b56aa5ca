#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

/// One of the gradients of linear at x, where its output [N,out] receives `dy`; the other two inputs
/// are frozen. `input` is 0 for x, 1 for the weight, 2 for the bias.
Tensor gradient(int input, const Tensor& x, const Tensor& weight, const Tensor& dy) {
  Tensor inputs[] = {x.clone(), weight.clone(), Tensor::zeros({weight.shape()[0]})};
  inputs[input].requires_grad(true);
  linear(inputs[0], inputs[1], inputs[2]).backward(dy);
  return inputs[input].grad();
}

void check_gradients(const std::vector<Shape>& shapes) {
  Rng rng(4);
  std::vector<Tensor> inputs;
  for (const Shape& shape : shapes) inputs.push_back(Tensor::randn(shape, rng));
  const GradcheckResult result = gradcheck(
      [](const std::vector<Tensor>& in) {
        return linear(in[0], in[1], in.size() > 2 ? in[2] : Tensor());
      },
      inputs);
  CHECK_MESSAGE(result.ok, result.message);
}

Tensor two_rows() { return Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6}); }
Tensor two_outputs() { return Tensor::from({2, 3}, {1, 10, 100, 2, 20, 200}); }
Tensor cotangent() { return Tensor::from({2, 2}, {1, 10, 100, 1000}); }

}  // namespace

TEST_CASE("the bias of each output receives its column of dy = [1 10; 100 1000], summed") {
  grade::check_equal("dbias", gradient(2, two_rows(), two_outputs(), cotangent()),
                     Tensor::from({2}, {101, 1010}));
}

TEST_CASE("dx of one row, dy = [1 0]: what the first output multiplied x with") {
  grade::check_equal(
      "dx", gradient(0, Tensor::zeros({1, 3}), two_outputs(), Tensor::from({1, 2}, {1, 0})),
      Tensor::from({1, 3}, {1, 10, 100}));
}

TEST_CASE("dx of two rows: each input is read by both outputs") {
  grade::check_equal("dx", gradient(0, two_rows(), two_outputs(), cotangent()),
                     Tensor::from({2, 3}, {21, 210, 2100, 2100, 21000, 210000}));
}

TEST_CASE("dw of one row, dy = [1 10]: x = [1 2 3] once, and ten times") {
  grade::check_equal(
      "dw",
      gradient(1, Tensor::from({1, 3}, {1, 2, 3}), two_outputs(), Tensor::from({1, 2}, {1, 10})),
      Tensor::from({2, 3}, {1, 2, 3, 10, 20, 30}));
}

TEST_CASE("dw of two rows: the rows of the batch share one weight") {
  grade::check_equal("dw", gradient(1, two_rows(), two_outputs(), cotangent()),
                     Tensor::from({2, 3}, {401, 502, 603, 4010, 5020, 6030}));
}

TEST_CASE("finite differences agree, all three sizes different") {
  check_gradients({{4, 3}, {2, 3}, {2}});
  check_gradients({{2, 5}, {7, 5}, {7}});
}

TEST_CASE("and without a bias") { check_gradients({{3, 4}, {2, 4}}); }
