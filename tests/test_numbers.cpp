#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/kernels.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "op_cases.hpp"
#include "optim/adam.hpp"

using namespace glass;
using testing::spread;

/// Numbers at the edges of what arithmetic can express: each result is defined, and no step of it
/// overflows on the way.
namespace {

constexpr real infinity = std::numeric_limits<real>::infinity();

/// The reference's loops, or the fast ones, while this exists.
struct Kernels {
  explicit Kernels(bool reference) { kernels::use_reference(reference); }
  ~Kernels() { kernels::use_reference(false); }
};

bool finite(const Tensor& x) {
  return std::ranges::all_of(x.values(), [](real v) { return std::isfinite(v); });
}

bool all_equal(const Tensor& x, double value) {
  return std::ranges::all_of(x.values(), [=](real v) { return v == static_cast<real>(value); });
}

/// d sum(cotangent * f(x)) / dx
template <class F>
Tensor gradient(const F& f, const Tensor& at, const Tensor& cotangent) {
  Tensor x = at.clone().requires_grad(true);
  f(x).backward(cotangent);
  return x.grad();
}

void check_values(const Tensor& x, const std::vector<double>& expected) {
  REQUIRE(x.size() == static_cast<Index>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(x.values()[i] == doctest::Approx(expected[i]).epsilon(1e-5));
  }
}

}  // namespace

TEST_CASE("numbers: softmax, log_softmax and cross-entropy of logits as large as 10,000") {
  const Tensor x = Tensor::from({4, 3}, {1e4, 0, -1e4,       // one far ahead
                                         -1e4, -1e4, -1e4,   // equal
                                         1e4, 1e4, 1e4 - 1,  // close, and large
                                         -1e4, 1e4, -1e4});
  const double e = std::exp(-1.0), near = 1 / (2 + e), third = 1.0 / 3, log3 = std::log(3.0);
  check_values(softmax(x), {1, 0, 0, third, third, third, near, near, near * e, 0, 1, 0});
  check_values(log_softmax(x), {0, -1e4, -2e4, -log3, -log3, -log3, std::log(near), std::log(near),
                                std::log(near) - 1, -2e4, 0, -2e4});
  const Tensor ones = Tensor::full(x.shape(), 1), one = Tensor::scalar(1);
  for (const real g : gradient(softmax, x, ones).values()) CHECK(std::abs(g) < 1e-6);
  CHECK(finite(gradient(log_softmax, x, ones)));

  const std::vector<Index> labels{2, 0, 1, 1};
  const auto loss = [&](const Tensor& logits) { return cross_entropy(logits, labels); };
  CHECK(loss(x).item() == doctest::Approx((2e4 + log3 - std::log(near)) / 4));
  check_values(gradient(loss, x, one), {0.25, 0, -0.25, (third - 1) / 4, third / 4, third / 4,
                                        near / 4, (near - 1) / 4, near * e / 4, 0, 0, 0});
  CHECK(finite(gradient([&](const Tensor& z) { return cross_entropy(z, labels, 0.1); }, x, one)));
}

TEST_CASE("numbers: a single class is certain, and a logit of minus infinity impossible") {
  const Tensor single = Tensor::from({2, 1}, {1e4, -3}), one = Tensor::scalar(1);
  CHECK(all_equal(softmax(single), 1));
  CHECK(cross_entropy(single, {0, 0}).item() == 0);
  const auto loss = [](const Tensor& x) { return cross_entropy(x, {0}); };
  CHECK(all_equal(gradient(
                      [](const Tensor& x) {
                        return cross_entropy(x, {0, 0});
                      },
                      single, one),
                  0));

  const Tensor masked = Tensor::from({1, 3}, {0, -infinity, 0});
  check_values(softmax(masked), {0.5, 0, 0.5});
  CHECK(loss(masked).item() == doctest::Approx(std::log(2.0)));
  check_values(gradient(loss, masked, one), {-0.5, 0, 0.5});
}

TEST_CASE("numbers: total variation where an image is flat") {
  const Tensor one = Tensor::scalar(1);
  for (const double beta : {0.5, 1.0, 1.5, 2.0, 2.5, 3.0})
    for (const double eps : {0.0, 1e-8})
      for (const bool reference : {false, true}) {
        CAPTURE(beta);
        CAPTURE(eps);
        const Kernels use(reference);
        const auto variation = [&](const Tensor& x) {
          return total_variation(x, {.beta = beta, .eps = eps});
        };
        const Tensor flat = Tensor::full({2, 3, 4, 5}, 0.3);
        CHECK(variation(flat).item() == doctest::Approx(120 * std::pow(eps, beta / 2)));
        CHECK(all_equal(gradient(variation, flat, one), 0));

        Tensor step = Tensor::zeros({1, 1, 4, 6});  // flat on both sides
        for (Index i = 0; i < step.size(); ++i) step.data()[i] = i % 6 < 3 ? 0 : 1;
        CHECK(variation(step).item() ==
              doctest::Approx(4 + 20 * std::pow(eps, beta / 2)).epsilon(1e-5));
        CHECK(finite(gradient(variation, step, one)));
      }
}

TEST_CASE("numbers: batch_norm2d of one image, of equal values, and of no running variance") {
  const Tensor weight = spread({2}, 2), bias = spread({2}, 3);
  const auto normalised = [&](bool training) {
    return [&, training](const Tensor& x) {
      const Tensor mean = Tensor::zeros({2}), var = Tensor::zeros({2});
      const Tensor y = batch_norm2d(x, weight, bias, mean, var, {.training = training});
      CHECK(finite(mean));
      CHECK(finite(var));
      return y;
    };
  };
  const Tensor one_image = spread({1, 2, 3, 3}, 1), equal = Tensor::full({3, 2, 2, 2}, 0.7);
  for (const bool training : {true, false})
    for (const Tensor& x : {one_image, equal}) {
      CHECK(finite(normalised(training)(x)));
      CHECK(finite(gradient(normalised(training), x, spread(x.shape(), 4))));
    }
  const Tensor y = normalised(true)(equal);  // nothing left but the bias
  for (Index i = 0; i < y.size(); ++i) {
    CHECK(y.data()[i] == doctest::Approx(bias.data()[i / 4 % 2]).epsilon(1e-4));
  }
  // One value has no variance to learn from.
  CHECK_THROWS_WITH_AS(normalised(true)(spread({1, 2, 1, 1}, 1)),
                       doctest::Contains("more than one value per channel"), ShapeError);
  CHECK(finite(normalised(false)(spread({1, 2, 1, 1}, 1))));
}

TEST_CASE("numbers: Adam with gradients of zero, tiny and huge") {
  for (const double size : {0.0, 1e-30, 1e30}) {
    CAPTURE(size);
    Tensor x = Tensor::from({2}, {1, -2}).requires_grad(true);
    optim::Adam adam({x}, {.lr = 0.1});
    for (int i = 0; i < 3; ++i) {
      x.zero_grad();
      x.accumulate_grad(Tensor::from({2}, {size, -size}).storage());
      adam.step();
      CHECK(finite(x));
    }
    if (size == 0) CHECK((x.values()[0] == 1 && x.values()[1] == -2));
  }
}

TEST_CASE("numbers: a batch without images goes through, and gives weights a gradient of zero") {
  Rng rng(1);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 1, .out_channels = 4, .kernel_size = 3, .padding = 1}, rng))
      .add(nn::BatchNorm2d({.num_features = 4}))
      .add(nn::ReLU())
      .add(nn::MaxPool2d({.kernel_size = 2}))
      .add(nn::Conv2d({.in_channels = 4, .out_channels = 2, .kernel_size = 3}, rng))
      .add(nn::AvgPool2d({.kernel_size = 2}))
      .add(nn::Flatten())
      .add(nn::Linear({.in_features = 8, .out_features = 3}, rng))
      .add(nn::LogSoftmax());
  net.eval();
  net.requires_grad(true);
  const Tensor nobody = Tensor::zeros({0, 1, 12, 12});
  const Tensor y = net(nobody);
  CHECK(y.shape() == Shape{0, 3});
  sum(y).backward();
  for (const Tensor& weight : nn::tensors(net.parameters())) {
    REQUIRE(weight.has_grad());
    CHECK(all_equal(weight.grad(), 0));
  }
  CHECK(total_variation(nobody).item() == 0);
  CHECK(alpha_norm(nobody).item() == 0);
  for (const auto& moved : {shift(nobody, 1, 1), affine_sample(nobody, {.angle = 1}),
                            hartley2d(nobody), normalise(nobody, {0.5}, {0.5})}) {
    CHECK(moved.shape() == nobody.shape());
  }
  CHECK(softmax(Tensor::zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(unit_rows(Tensor::zeros({0, 3})).shape() == Shape{0, 3});
  CHECK(gather(Tensor::zeros({0, 3}), {}).shape() == Shape{0});
  // A mean of nothing is no number: these refuse.
  CHECK_THROWS_AS(cross_entropy(Tensor::zeros({0, 3}), {}), ShapeError);
  CHECK_THROWS_AS(mean(nobody), ShapeError);
  net.train();
  CHECK_THROWS_AS(net(nobody), ShapeError);
}

TEST_CASE("numbers: a NaN under a pooling window shows, for every window and every lane") {
  for (const Index side : {4, 5, 12, 34})
    for (const bool reference : {false, true})
      for (Index place = 0; place < side * side; ++place) {
        const Kernels use(reference);
        Tensor x = spread({1, 1, side, side}, 1);
        x.data()[place] = std::numeric_limits<real>::quiet_NaN();
        const Index row = place / side / 2, column = place % side / 2;
        const Tensor y = max_pool2d(x);
        for (Index i = 0; i < y.size(); ++i) {
          const bool hit = i / (side / 2) == row && i % (side / 2) == column;
          if (std::isnan(y.data()[i]) != hit) FAIL_CHECK(side, " pixels, NaN at ", place);
        }
      }
}
