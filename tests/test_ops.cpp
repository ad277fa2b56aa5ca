#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numbers>
#include <set>
#include <sstream>

#include "autograd/implementation.hpp"
#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "op_cases.hpp"
#include "properties.hpp"

using namespace glass;
using namespace glass::testing;

namespace {

/// Output and input gradients of a case, for a cotangent of ones.
std::vector<Tensor> run(const OpCase& c) {
  std::vector<Tensor> inputs, results;
  for (const Tensor& input : c.inputs) inputs.push_back(input.clone().requires_grad(true));
  const Tensor output = c.f(inputs);
  output.backward(Tensor::full(output.shape(), 1));
  results.push_back(output);
  for (const Tensor& input : inputs) results.push_back(input.grad());
  return results;
}

void check_against_reference(const OpCase& c) {
  CAPTURE(c.name);
  const double tolerance = sizeof(real) == sizeof(float) ? 1e-4 : 1e-11;
  const std::vector<Tensor> fast = run(c);
  kernels::use_reference(true);
  const std::vector<Tensor> reference = run(c);
  kernels::use_reference(false);
  for (std::size_t i = 0; i < fast.size(); ++i) {
    REQUIRE(fast[i].shape() == (i == 0 ? reference[0] : c.inputs[i - 1]).shape());
    double scale = 1;
    for (const real v : reference[i].values()) scale = std::max<double>(scale, std::abs(v));
    for (Index k = 0; k < fast[i].size(); ++k) {
      CHECK(std::abs(fast[i].data()[k] - reference[i].data()[k]) <= tolerance * scale);
    }
  }
}

/// The operations on the tape from `node` on.
void collect_names(const std::shared_ptr<Node>& node, std::set<std::string>& names) {
  if (!node) return;
  names.insert(node->name());
  for (const Edge& input : node->inputs) collect_names(input.creator, names);
}

/// What `name()` returns in each file of autograd/ops.
std::set<std::string> names_in_source() {
  const std::string before = "name() const override { return \"";
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(GLASS_SOURCE_DIR "/autograd/ops")) {
    std::ostringstream source;
    source << std::ifstream(entry.path()).rdbuf();
    const std::string code = source.str();
    for (std::size_t at = 0; (at = code.find(before, at)) != code.npos;) {
      at += before.size();
      names.insert(code.substr(at, code.find('"', at) - at));
    }
  }
  return names;
}

}  // namespace

TEST_CASE("every operation has a case, and every file one that must fail") {
  std::set<std::string> covered;
  for (const OpCase& c : op_cases()) {
    std::vector<Tensor> inputs;
    for (const Tensor& input : c.inputs) inputs.push_back(input.clone().requires_grad(true));
    collect_names(c.f(inputs).creator(), covered);
  }
  const std::set<std::string> names = names_in_source();
  CHECK(names.size() > 25);
  CHECK(covered == names);

  // These take a tensor of any shape and nothing else that could be wrong.
  const std::set<std::string> accept_anything = {
      "abs",       "add_number", "exp",  "gelu",       "gelu_tanh", "hardsigmoid",
      "hardswish", "leaky_relu", "log",  "mul_number", "neg",       "relu",
      "relu6",     "sigmoid",    "silu", "sqrt",       "square",    "tanh"};
  for (const std::string& name : names) {
    const auto errors = shape_error_cases();
    const bool has_error_case = std::ranges::any_of(
        errors, [&](const ShapeErrorCase& c) { return (c.name + ' ').starts_with(name + ' '); });
    CHECK_MESSAGE(has_error_case != accept_anything.contains(name), name);
  }
}

TEST_CASE("fast kernels give what the reference loops give") {
  for (const OpCase& c : op_cases()) check_against_reference(c);
}

TEST_CASE("property: fast kernels give what the reference loops give for random arguments") {
  std::set<std::string> drawn;
  for (const RandomOp& op : random_ops()) {
    drawn.insert(op.name);
    for_random_cases(100, [&](Rng& rng) { check_against_reference(op.draw(rng)); });
  }
  CHECK(drawn == names_in_source());
}

TEST_CASE("what does not fit is refused by name") {
  for (const ShapeErrorCase& c : shape_error_cases()) {
    CAPTURE(c.name);
    CHECK_THROWS_WITH_AS(c.call(), doctest::Contains(c.message.c_str()), ShapeError);
  }
}

namespace {
void check_values(const Tensor& y, const Shape& shape, const std::vector<double>& expected) {
  REQUIRE(y.shape() == shape);
  for (Index i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == doctest::Approx(expected[static_cast<std::size_t>(i)]));
  }
}

/// d sum(y) / d x
Tensor slope(const Tensor& x, Tensor (*f)(const Tensor&)) {
  const Tensor leaf = x.clone().requires_grad(true);
  sum(f(leaf)).backward();
  return leaf.grad();
}
}  // namespace

TEST_CASE("broadcasting uses an entry again, and its gradient is the sum over the uses") {
  const Tensor a = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6}).requires_grad(true);
  const Tensor column = Tensor::from({2, 1}, {10, 100}).requires_grad(true);
  const Tensor row = Tensor::from({1, 3}, {1, 2, 4}).requires_grad(true);
  check_values(a + column, {2, 3}, {11, 12, 13, 104, 105, 106});
  check_values(column - row, {2, 3}, {9, 8, 6, 99, 98, 96});
  check_values(a / row, {2, 3}, {1, 1, 0.75, 4, 2.5, 1.5});
  sum(a * column * row).backward();
  check_values(a.grad(), {2, 3}, {10, 20, 40, 100, 200, 400});
  check_values(column.grad(), {2, 1}, {1 + 4 + 12, 4 + 10 + 24});
  check_values(row.grad(), {1, 3}, {10 + 400, 20 + 500, 30 + 600});
}

TEST_CASE("sums and means along axes, kept or gone") {
  const Tensor x = Tensor::from({2, 1, 3}, {1, 2, 3, 10, 20, 60});
  check_values(sum(x, {2}), {2, 1}, {6, 90});
  check_values(sum(x, {0}, true), {1, 1, 3}, {11, 22, 63});
  check_values(mean(x, {2, 0}), {1}, {16});
  check_values(mean(x, {1, 2}, true), {2, 1, 1}, {2, 30});
  check_values(sum(x, {}), {2, 1, 3}, {1, 2, 3, 10, 20, 60});
  check_values(sum(Tensor::zeros({0, 3}), {0}), {3}, {0, 0, 0});
  check_values(mean(Tensor::zeros({0, 3}), {1}), {0}, {});
}

TEST_CASE("a sum of single elements has values of its own") {
  const Tensor x = Tensor::from({1, 2}, {3, 4}), total = sum(x, {0});
  x.mutable_data()[0] = 5;
  check_values(total, {2}, {3, 4});
}

TEST_CASE("max takes the first of equal ones, and NaN before any number, and argmax says where") {
  const Tensor x = Tensor::from({2, 3}, {1, 7, 7, 5, 2, 3}).requires_grad(true);
  CHECK(argmax(x, 1) == std::vector<Index>{1, 0});
  CHECK(argmax(x, 0) == std::vector<Index>{1, 0, 0});
  CHECK(argmax(Tensor::zeros({0, 3}), 1).empty());
  const Tensor most = max(x, 1);
  check_values(most, {2}, {7, 5});
  check_values(max(x, 0, true), {1, 3}, {5, 7, 7});
  sum(most).backward();
  check_values(x.grad(), {2, 3}, {0, 1, 0, 1, 0, 0});
  const double inf = std::numeric_limits<double>::infinity();
  CHECK(argmax(Tensor::from({4}, {inf, NAN, 2, NAN}), 0) == std::vector<Index>{1});
  CHECK(argmax(Tensor::from({2}, {-inf, -inf}), 0) == std::vector<Index>{0});
}

TEST_CASE("gather picks along an axis as PyTorch does, an element as often as it is named") {
  const Tensor x = Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6}).requires_grad(true);
  check_values(gather(x, 1, {2, 0}), {2, 1}, {3, 4});
  check_values(gather(x, 0, {1, 0, 1}), {1, 3}, {4, 2, 6});
  const Tensor y = gather(x, 1, {0, 0, 2, 1});
  check_values(y, {2, 2}, {1, 1, 6, 5});
  y.backward(Tensor::from({2, 2}, {1, 10, 100, 1000}));
  check_values(x.grad(), {2, 3}, {11, 0, 0, 0, 1000, 100});
  check_values(gather(Tensor::zeros({0, 3}), 1, {}), {0, 1}, {});
}

TEST_CASE("what narrow cuts, cat joins") {
  const Tensor x = spread({3, 4, 2}, 1);
  for (const int axis : {0, 1, 2}) {
    const Tensor head = narrow(x, axis, 0, 1), tail = narrow(x, axis, 1, x.shape()[axis] - 1);
    const Tensor again = cat({head, tail}, axis);
    CHECK(again.shape() == x.shape());
    CHECK(std::ranges::equal(again.values(), x.values()));
  }
  check_values(narrow(Tensor::from({2, 3}, {1, 2, 3, 4, 5, 6}), 1, 1, 2), {2, 2}, {2, 3, 5, 6});
  check_values(cat({Tensor::from({2, 1}, {1, 2}), Tensor::from({2, 2}, {3, 4, 5, 6})}, 1), {2, 3},
               {1, 3, 4, 2, 5, 6});
}

TEST_CASE("exp, log, sqrt and abs at their edges") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor x = Tensor::from({3}, {-1, 0, 4});
  check_values(abs(x), {3}, {1, 0, 4});
  check_values(slope(x, abs), {3}, {-1, 0, 1});
  CHECK(std::isnan(log(x).data()[0]));
  CHECK(log(x).data()[1] == -inf);
  check_values(slope(Tensor::from({1}, {4}), log), {1}, {0.25});
  CHECK(std::isnan(sqrt(x).data()[0]));
  CHECK(slope(Tensor::from({2}, {0, 4}), sqrt).data()[0] == inf);
  check_values(slope(Tensor::from({1}, {4}), sqrt), {1}, {0.25});
  check_values(exp(Tensor::from({2}, {-inf, 0})), {2}, {0, 1});
}

TEST_CASE("losses out of exp, log and sums along an axis are the built-in ones") {
  const Tensor x = spread({4, 3}, 1).requires_grad(true);
  const std::vector<Index> labels{0, 2, 1, 2};
  const auto gradient = [&](const Tensor& loss) {
    x.zero_grad();
    loss.backward();
    const Tensor g = x.grad().clone();
    return std::vector<double>{g.values().begin(), g.values().end()};
  };
  const Tensor shifted = x - max(x, 1, true).detach();
  const Tensor log_p = shifted - log(sum(exp(shifted), {1}, true));
  const double s = 0.1;
  const Tensor own = -(1 - s) * mean(gather(log_p, 1, labels)) - s * mean(log_p);
  const Tensor ours = cross_entropy(x, labels, s);
  CHECK(own.item() == doctest::Approx(ours.item()));
  const std::vector<double> expected = gradient(ours), found = gradient(own);
  for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == doctest::Approx(expected[i]));
}

TEST_CASE("total variation replicates the border") {
  // 0 1      (0,0): right 1, down 2    (0,1): right 0, down 4
  // 2 5      (1,0): right 3, down 0    (1,1): nothing
  const Tensor x = Tensor::from({1, 1, 2, 2}, {0, 1, 2, 5});
  CHECK(total_variation(x, {.beta = 2, .eps = 0}).item() == doctest::Approx(5 + 16 + 9));
  CHECK(total_variation(x, {.beta = 1, .eps = 0}).item() ==
        doctest::Approx(std::sqrt(5.0) + 4 + 3));
}

TEST_CASE("discrete total variation converges to its integral") {
  // R_Vbeta(f) = integral over the unit square of |grad f|^beta, for f = sin(2u) cos(v). With grid
  // step h, a difference is h times a derivative and a pixel is worth h^2: the sum is scaled by
  // h^(2 - beta).
  const auto gradient_power = [](double u, double v, double beta) {
    const double du = 2 * std::cos(2 * u) * std::cos(v), dv = -std::sin(2 * u) * std::sin(v);
    return std::pow(du * du + dv * dv, beta / 2);
  };
  for (const double beta : {1.0, 1.5, 2.0, 3.0}) {
    double integral = 0;
    constexpr int cells = 1000;
    for (int i = 0; i < cells; ++i)
      for (int j = 0; j < cells; ++j)
        integral += gradient_power((i + 0.5) / cells, (j + 0.5) / cells, beta) / cells / cells;

    double error = 1;
    for (const Index size : {17, 65, 257}) {
      const double h = 1.0 / static_cast<double>(size - 1);
      Tensor x = Tensor::empty({1, 1, size, size});
      for (Index i = 0; i < size; ++i)
        for (Index j = 0; j < size; ++j)
          x.mutable_data()[i * size + j] = static_cast<real>(
              std::sin(2 * h * static_cast<double>(i)) * std::cos(h * static_cast<double>(j)));
      const double sum = total_variation(x, {.beta = beta, .eps = 1e-12}).item();
      const double closer = std::abs(std::pow(h, 2 - beta) * sum / integral - 1);
      CHECK(closer < 0.4 * error);
      error = closer;
    }
    CHECK(error < 0.02);
  }
}

TEST_CASE("batch_norm2d updates the running values as PyTorch does") {
  const Tensor x = Tensor::from({2, 1, 1, 2}, {1, 2, 3, 6});
  const Tensor one = Tensor::full({1}, 1), zero = Tensor::zeros({1});
  const Tensor mean = Tensor::zeros({1}), var = Tensor::full({1}, 1);
  const Tensor y = batch_norm2d(x, one, zero, mean, var, {.momentum = 0.1, .eps = 1e-5});
  CHECK(mean.item() == doctest::Approx(0.3));
  CHECK(var.item() == doctest::Approx(0.9 + 0.1 * 14.0 / 3));  // unbiased: 14 / (4 - 1)
  CHECK(y.data()[3] == doctest::Approx(3 / std::sqrt(3.5)).epsilon(1e-4));
}

TEST_CASE("dropout keeps the mean and its mask") {
  Rng rng(1);
  const Tensor x = Tensor::full({10000}, 1).requires_grad(true);
  const Tensor y = dropout(x, 0.25, rng);
  CHECK(mean(y).item() == doctest::Approx(1).epsilon(0.03));
  sum(y).backward();
  CHECK(std::ranges::equal(x.grad().values(), y.values()));
}

TEST_CASE("affine_sample turns counter-clockwise and enlarges about the centre") {
  const auto check = [](const Tensor& y, const std::vector<double>& expected) {
    REQUIRE(y.size() == static_cast<Index>(expected.size()));
    for (Index i = 0; i < y.size(); ++i)
      CHECK(y.data()[i] == doctest::Approx(expected[static_cast<std::size_t>(i)]));
  };
  // 1 2 3       3 6 9
  // 4 5 6  ->   2 5 8
  // 7 8 9       1 4 7
  const Tensor x = Tensor::from({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const double quarter = std::numbers::pi / 2;
  check(affine_sample(x, {.angle = quarter}), {3, 6, 9, 2, 5, 8, 1, 4, 7});
  check(affine_sample(Tensor::from({1, 1, 2, 2}, {1, 2, 3, 4}), {.angle = quarter}), {2, 4, 1, 3});
  check(affine_sample(x, {.scale = 2}), {3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7});
  check(affine_sample(x, {.scale = 0.5, .fill = -1}), {-1, -1, -1, -1, 5, -1, -1, -1, -1});
  // Either pixel now shows the point half a pixel above or below the middle of the two.
  check(affine_sample(Tensor::from({1, 1, 1, 2}, {2, 4}), {.angle = quarter, .fill = 9}), {6, 6});

  const Tensor constant = Tensor::full({2, 1, 4, 6}, 0.7);
  for (const real v : affine_sample(constant, {.scale = 2, .fill = 9}).values())
    CHECK(v == doctest::Approx(0.7));
  const Tensor any = spread({2, 3, 4, 5}, 1);
  CHECK(std::ranges::equal(affine_sample(any, {.fill = 0.3}).values(), any.values()));
}

TEST_CASE("hartley2d is its own inverse and keeps the sum of squares") {
  for (const Shape& shape : {Shape{1, 1, 1, 1}, Shape{2, 3, 5, 4}, Shape{1, 1, 32, 27}}) {
    const Tensor x = spread(shape, 1), y = hartley2d(x), again = hartley2d(y);
    CHECK(sum(square(y)).item() == doctest::Approx(sum(square(x)).item()));
    for (Index i = 0; i < x.size(); ++i)
      CHECK(again.data()[i] == doctest::Approx(x.data()[i]).epsilon(1e-4));
  }
}

TEST_CASE("hartley2d of a plane wave is zero but at the wave's frequency") {
  constexpr Index H = 8, W = 6, k = 3, l = 1;
  Tensor x = Tensor::empty({1, 1, H, W});
  for (Index h = 0; h < H; ++h)
    for (Index w = 0; w < W; ++w) {
      const double cycles = static_cast<double>(k * h) / H + static_cast<double>(l * w) / W;
      x.mutable_data()[h * W + w] = static_cast<real>(std::cos(2 * std::numbers::pi * cycles));
    }
  const Tensor y = hartley2d(x);
  double energy = 0;
  for (Index h = 0; h < H; ++h)
    for (Index w = 0; w < W; ++w) {
      const double v = y.data()[h * W + w];
      const bool at_frequency = std::min(h, H - h) == k && std::min(w, W - w) == l;
      if (at_frequency) energy += v * v;
      CHECK((at_frequency || std::abs(v) < 1e-5));
    }
  CHECK(energy == doctest::Approx(H * W / 2));
}
