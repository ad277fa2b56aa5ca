#include <algorithm>

#include "autograd/gradcheck.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

bool agrees(const TensorFunction& f, const std::vector<Tensor>& inputs) {
  return gradcheck(f, inputs).ok;
}

}  // namespace

TEST_CASE("the gradients of all four operations agree with finite differences") {
  Rng rng(3);
  const Tensor a = Tensor::randn({3, 4}, rng), b = Tensor::randn({3, 4}, rng);
  const Tensor image = Tensor::randn({2, 2, 5, 6}, rng);
  const bool right[] = {
      agrees([](const std::vector<Tensor>& in) { return leaky_relu(in[0], 0.2); }, {a}),
      agrees(
          [](const std::vector<Tensor>& in) {
            return avg_pool2d(in[0], {.kernel = {2, 3}, .stride = {1, 2}, .padding = 1});
          },
          {image}),
      agrees([](const std::vector<Tensor>& in) { return mse(in[0], in[1]); }, {a, b}),
      agrees([](const std::vector<Tensor>& in) { return unit_rows(in[0]); }, {a})};
  const auto wrong = std::ranges::count(right, false);
  CHECK_MESSAGE(wrong == 0, text(wrong, " of 4 do not: find_it.cpp is there to find which"));
}

TEST_CASE("their outputs are what they were") {
  grade::check_equal("leaky_relu of [-2 3], slope 0.5", leaky_relu(Tensor::from({2}, {-2, 3}), 0.5),
                     Tensor::from({2}, {-1, 3}));
  grade::check_equal("avg_pool2d of [1 2; 3 6]",
                     avg_pool2d(Tensor::from({1, 1, 2, 2}, {1, 2, 3, 6})),
                     Tensor::full({1, 1, 1, 1}, 3));
  grade::check_equal("mse of [1 5] and [3 6]",
                     mse(Tensor::from({2}, {1, 5}), Tensor::from({2}, {3, 6})).item(), 2.5);
  grade::check_equal("unit_rows of [3 4]", unit_rows(Tensor::from({1, 2}, {3, 4})),
                     Tensor::from({1, 2}, {0.6, 0.8}));
}
