#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "autograd/node.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "op_cases.hpp"
#include "optim/adam.hpp"
#include "optim/adamw.hpp"
#include "optim/sgd.hpp"

/// Numbers at the edges: zero, enormous, infinite and none.
using namespace glass;
using glass::testing::spread;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
const std::vector<double> extremes = {-1e4, -100, -1e-30, 0, 1e-30, 100, 1e4};

bool all_finite(const Tensor& x) {
  return std::ranges::all_of(x.values(), [](real v) { return std::isfinite(v); });
}
bool all_equal(const Tensor& x, double value) {
  return std::ranges::all_of(x.values(), [=](real v) { return v == static_cast<real>(value); });
}

Tensor leaf(const Shape& shape, const std::vector<double>& values) {
  return Tensor::from(shape, values).requires_grad(true);
}

/// d loss / d x for y of x, if d loss / d y is `cotangent`, or ones.
Tensor gradient(const Tensor& x, const Tensor& y, const Tensor& cotangent = {}) {
  x.zero_grad();
  y.backward(cotangent ? cotangent : Tensor::full(y.shape(), 1));
  return x.grad();
}

void check_values(const Tensor& x, const std::vector<double>& expected) {
  REQUIRE(x.size() == static_cast<Index>(expected.size()));
  for (Index i = 0; i < x.size(); ++i) {
    const double e = expected[static_cast<std::size_t>(i)], v = x.data()[i];
    CAPTURE(i);
    if (std::isnan(e)) {
      CHECK(std::isnan(v));
    } else if (std::isinf(e)) {
      CHECK(v == e);
    } else {
      CHECK(v == doctest::Approx(e));
    }
  }
}

}  // namespace

TEST_CASE("numbers: softmax, log_softmax and cross_entropy at enormous, equal and single logits") {
  struct Row {
    std::vector<double> logits, p, log_p;
  };
  const double third = 1.0 / 3;
  for (const Row& row : std::vector<Row>{
           {{1e4, 0, -1e4}, {1, 0, 0}, {0, -1e4, -2e4}},
           {{-1e4, -1e4, -1e4}, {third, third, third}, std::vector<double>(3, std::log(third))},
           {{1e30, 1e30}, {0.5, 0.5}, {std::log(0.5), std::log(0.5)}},
           {{-7}, {1}, {0}},
           {{0, -infinity}, {1, 0}, {0, -infinity}},
           {{-infinity, -infinity}, {not_a_number, not_a_number}, {not_a_number, not_a_number}},
           {{infinity, 0}, {not_a_number, not_a_number}, {not_a_number, not_a_number}}}) {
    const auto& [logits, p, log_p] = row;
    const auto K = static_cast<Index>(logits.size());
    const Tensor x = leaf({1, K}, logits), dy = spread({1, K}, 1);
    INFO("first logit ", row.logits[0]);
    check_values(softmax(x), p);
    check_values(log_softmax(x), log_p);

    double total = 0, weighted = 0;  // of dy, and of dy under p
    for (Index k = 0; k < K; ++k) {
      total += dy.data()[k];
      weighted += p[static_cast<std::size_t>(k)] * dy.data()[k];
    }
    for (const double smoothing : {0.0, 0.1}) {
      std::vector<double> dx, dx_log, dx_loss;
      double loss = 0;
      for (std::size_t k = 0; k < p.size(); ++k) {
        const double t = (k == 0 ? 1 - smoothing : 0) + smoothing / static_cast<double>(K);
        dx.push_back(p[k] * (dy.data()[k] - weighted));
        dx_log.push_back(dy.data()[k] - p[k] * total);
        dx_loss.push_back(p[k] - t);
        if (t > 0) loss -= t * log_p[k];
      }
      check_values(cross_entropy(x, {0}, smoothing), {loss});
      check_values(gradient(x, softmax(x), dy), dx);
      check_values(gradient(x, log_softmax(x), dy), dx_log);
      check_values(gradient(x, cross_entropy(x, {0}, smoothing)), dx_loss);
    }
  }
  const Tensor ruled_out = leaf({1, 2}, {0, -infinity});
  check_values(cross_entropy(ruled_out, {1}), {infinity});
  check_values(gradient(ruled_out, cross_entropy(ruled_out, {1})), {1, -1});
}

TEST_CASE("numbers: activations are finite at extremes and let NaN through") {
  for (const auto& f : std::vector<Tensor (*)(const Tensor&)>{
           relu, relu6, tanh, sigmoid, hardsigmoid, hardswish, silu, gelu, gelu_tanh, square,
           [](const Tensor& x) { return leaky_relu(x); }, [](const Tensor& x) { return elu(x); }}) {
    const Tensor x = leaf({static_cast<Index>(extremes.size())}, extremes);
    const Tensor y = f(x);
    CAPTURE(y.creator()->name());
    CHECK(all_finite(y));
    CHECK(all_finite(gradient(x, y)));
    CHECK(std::isnan(f(Tensor::scalar(not_a_number)).item()));
  }
}

TEST_CASE("numbers: max_pool2d lets NaN win and keeps minus infinity, in any window") {
  const double low = -infinity;
  // Windows of 2 x 2 that tile the image have a kernel of their own.
  const std::vector<double> pixels = {not_a_number,
                                      1,
                                      1,
                                      not_a_number,
                                      1,
                                      1,
                                      low,
                                      low,
                                      2,
                                      3,
                                      low,
                                      5,
                                      1,
                                      1,
                                      1,
                                      1,
                                      1,
                                      not_a_number,
                                      low,
                                      low,
                                      1,
                                      4,
                                      6,
                                      7};
  const std::vector<double> largest = {not_a_number, not_a_number, not_a_number, low, 4, 7};
  for (const Size2 padding : {Size2(0, 0), Size2(2, 0)}) {
    const Tensor x = leaf({1, 1, 2, 12}, pixels);
    const Tensor y = max_pool2d(x, {.kernel = 2, .padding = padding});
    std::vector<double> expected = largest;
    if (padding.h > 0) {  // a row of windows in the padding above, and one below
      expected.insert(expected.begin(), 6, 0);
      expected.insert(expected.end(), 6, 0);
    }
    check_values(y, expected);
    const Tensor dx = gradient(x, y);
    check_values(Tensor::scalar(sum(dx).item()), {3});  // of six windows, three are NaN
    CHECK(dx.data()[6] == 1);                           // the first of equals
  }
}

TEST_CASE("numbers: total variation of a flat or nearly flat image, for any beta") {
  for (const double beta : {0.5, 1.0, 1.5, 1.9, 2.0, 3.0})
    for (const double eps : {0.0, 1e-8}) {
      CAPTURE(beta);
      CAPTURE(eps);
      const Tensor flat = Tensor::full({1, 1, 4, 4}, 0.5).requires_grad(true);
      const Tensor y = total_variation(flat, {.beta = beta, .eps = eps});
      CHECK(y.item() == doctest::Approx(16 * std::pow(eps, beta / 2)));
      CHECK(all_equal(gradient(flat, y), 0));
      for (const double step : {1e-30, 1e-20, 1e-10, 1e4}) {
        const Tensor edge = leaf({1, 1, 2, 2}, {0, step, 0, step});
        CHECK(all_finite(gradient(edge, total_variation(edge, {.beta = beta, .eps = eps}))));
      }
    }
}

TEST_CASE("numbers: batch_norm2d of one image, of equal values and of running values") {
  const Tensor weight = leaf({1}, {2}), bias = leaf({1}, {0.5});
  const Tensor mean = Tensor::zeros({1}), var = Tensor::full({1}, 1);
  const auto norm = [&](const Tensor& x, bool training) {
    return batch_norm2d(x, weight, bias, mean, var, {.training = training, .eps = 1e-2});
  };
  const Tensor constant = leaf({1, 1, 2, 2}, {0.1, 0.1, 0.1, 0.1});
  const Tensor y = norm(constant, true);
  CHECK(all_equal(y, 0.5));
  check_values(var, {0.9});
  check_values(mean, {0.01});
  // As xhat is 0, only the mean of dy is removed.
  check_values(gradient(constant, y, Tensor::from({1, 1, 2, 2}, {1, 0, 0, 0})),
               {15, -5, -5, -5});  // 2 / sqrt(0.01) (dy - 1/4)
  check_values(weight.grad(), {0});
  check_values(bias.grad(), {1});

  std::ranges::fill(var.mutable_values(), real(0));  // and no variance at all
  const Tensor single = leaf({1, 1, 1, 1}, {0.11});
  const Tensor z = norm(single, false);
  check_values(z, {2 * (0.11 - 0.01) / 0.1 + 0.5});
  check_values(gradient(single, z), {20});
  CHECK_THROWS_AS(norm(single, true), ShapeError);
}

TEST_CASE("numbers: optimisers at gradients of zero, enormous and not finite") {
  const auto stepped = [](auto optimiser, const Tensor& x, const std::vector<double>& gradients) {
    for (const double g : gradients) {
      x.zero_grad();
      x.accumulate_grad(Tensor::full(x.shape(), g).storage());
      optimiser.step();
    }
    return static_cast<double>(x.item());
  };
  const auto adam = [&](const optim::AdamOptions& options, const std::vector<double>& gradients) {
    const Tensor x = leaf({}, {1});
    return stepped(optim::Adam({x}, options), x, gradients);
  };
  const auto sgd = [&](const optim::SGDOptions& options, const std::vector<double>& gradients) {
    const Tensor x = leaf({}, {1});
    return stepped(optim::SGD({x}, options), x, gradients);
  };
  // The bias correction makes the first step lr, whatever the gradient.
  for (const double g : {1e-4, 1.0, 1e15, -1e15})
    CHECK(adam({.lr = 0.1}, {g}) == doctest::Approx(g > 0 ? 0.9 : 1.1).epsilon(1e-3));
  CHECK(adam({.lr = 0.1, .eps = 1e-30}, {0, 0}) == 1);
  const bool overflows = sizeof(real) == sizeof(float);
  CHECK(adam({.lr = 0.1}, {1e30}) == doctest::Approx(overflows ? 1 : 0.9));
  if (overflows) CHECK(adam({.lr = 0.1}, {1e30, 1, 1}) == 1);
  CHECK(std::isnan(adam({.lr = 0.1}, {not_a_number})));
  CHECK(std::isnan(adam({.lr = 0.1}, {infinity})));

  // At a gradient of zero only the weight decay acts: decoupled by its own size, as a penalty like
  // any gradient.
  const Tensor x = leaf({}, {1});
  CHECK(stepped(optim::AdamW({x}, {.lr = 0.1, .weight_decay = 0.5}), x, {0}) ==
        doctest::Approx(0.95));
  CHECK(adam({.lr = 0.1, .weight_decay = 0.5}, {0}) == doctest::Approx(0.9));
  CHECK(sgd({.lr = 0.1, .momentum = 0.9, .weight_decay = 0.5}, {0}) == doctest::Approx(0.95));
  CHECK(sgd({.lr = 0.1, .momentum = 0.9}, {0, 0}) == 1);
  CHECK(sgd({.lr = 0.1, .momentum = 0.9}, {1, 0}) == doctest::Approx(1 - 0.1 - 0.09));
  CHECK(sgd({.lr = 0.1, .momentum = 0.9}, {1e30}) == doctest::Approx(-1e29));
}

TEST_CASE("numbers: an empty batch goes through every layer") {
  Rng rng(1);
  nn::Sequential net;
  net.add(nn::Conv2d({.in_channels = 2, .out_channels = 3, .kernel_size = 3}, rng))
      .add(nn::BatchNorm2d({.num_features = 3}))
      .add(nn::GroupNorm({.num_groups = 3, .num_channels = 3}))
      .add(nn::LayerNorm({.normalized_shape = {8}}))
      .add(nn::LocalResponseNorm({.size = 2}))
      .add(nn::ReLU())
      .add(nn::ReLU6())
      .add(nn::SiLU())
      .add(nn::GELU())
      .add(nn::Hardswish())
      .add(nn::Hardsigmoid())
      .add(nn::Identity())
      .add(nn::ZeroPad2d({.padding = {1}}))
      .add(nn::MaxPool2d({.kernel_size = 2}))
      .add(nn::LeakyReLU())
      .add(nn::PReLU())
      .add(nn::AvgPool2d({.kernel_size = 2, .padding = 1}))
      .add(nn::ELU())
      .add(nn::Dropout({}, rng))
      .add(nn::Dropout2d({}, rng))
      .add(nn::AdaptiveMaxPool2d({.output_size = 4}))
      .add(nn::AdaptiveAvgPool2d())
      .add(nn::Flatten())
      .add(nn::BatchNorm1d({.num_features = 3}))
      .add(nn::Linear({.in_features = 3, .out_features = 4}, rng))
      .add(nn::Tanh())
      .add(nn::Sigmoid())
      .add(nn::Add(), "", {"tanh1", "sigmoid1"})
      .add(nn::Multiply(), "", {"add1", "linear1"})
      .add(nn::Concat(), "", {"add1", "multiply1"})
      .add(nn::Softmax())
      .add(nn::LogSoftmax());
  CHECK(net.size() == static_cast<Index>(nn::layer_types().size()));
  const Tensor none = Tensor::zeros({0, 2, 10, 10}).requires_grad(true);
  CHECK_THROWS_WITH_AS(net(none), doctest::Contains("more than one value per channel"), ShapeError);
  net.eval();
  net.requires_grad(true);
  const Tensor y = net(none);
  CHECK(y.shape() == Shape{0, 8});
  CHECK(net.output_shape(none.shape()) == y.shape());
  sum(y).backward();
  CHECK(none.grad().shape() == none.shape());
  for (const nn::NamedTensor& parameter : net.parameters()) {
    CAPTURE(parameter.name);
    CHECK(all_equal(parameter.tensor.grad(), 0));
  }
}

TEST_CASE("numbers: norms at zero and at the ends of the range") {
  for (const double alpha : {1.0, 1.5, 2.0, 6.0, 7.5}) {
    const Tensor zero = leaf({3}, {0, 0, 0});
    const Tensor y = alpha_norm(zero, alpha);
    CHECK(y.item() == 0);
    CHECK(all_equal(gradient(zero, y), 0));
  }
  const Tensor x = leaf({4, 2}, {3, 4, 0, 0, 3e20, -4e20, 3e-30, 4e-30});
  const Tensor y = unit_rows(x);
  check_values(y, {0.6, 0.8, 0, 0, 0.6, -0.8, 3e-18, 4e-18});
  CHECK(all_finite(gradient(x, y)));
  CHECK(unit_rows(Tensor::zeros({2, 0})).shape() == Shape{2, 0});
}

TEST_CASE("numbers: images of one pixel, and places outside of the image") {
  const Tensor pixel = leaf({1, 1, 1, 1}, {0.3});
  CHECK(hartley2d(pixel).item() == pixel.item());
  check_values(gradient(pixel, hartley2d(pixel)), {1});
  CHECK(hartley2d(Tensor::zeros({2, 3, 0, 4})).shape() == Shape{2, 3, 0, 4});

  const Tensor x = leaf({1, 1, 2, 2}, {1, 2, 3, 4});
  for (const AffineSample& how :
       {AffineSample{.scale = 1e-30, .fill = 9}, {.angle = 1e300, .scale = 1e-300, .fill = 9}}) {
    const Tensor y = affine_sample(x, how);
    CHECK(all_equal(y, 9));
    CHECK(all_equal(gradient(x, y), 0));
  }
  check_values(affine_sample(x, {.scale = 1e30}), {2.5, 2.5, 2.5, 2.5});  // the centre, enlarged
}
