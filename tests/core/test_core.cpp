#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <random>

#include "autograd/core_ops.hpp"
#include "nn/sequential.hpp"
#include "optim/adam.hpp"
#include "optim/sgd.hpp"
#include "viz/descend.hpp"

/// Compiled from the files that docs/core.md lists, and nothing else of this project: what they are
/// enough for.
using namespace glass;

namespace {

const std::string root = GLASS_SOURCE_DIR;

/// Uniform in [low, high).
Tensor noise(const Shape& shape, std::mt19937& random, double low, double high) {
  Tensor tensor = Tensor::empty(shape);
  for (real& value : tensor.mutable_values())
    value = low + (high - low) * static_cast<double>(random()) * 0x1p-32;
  return tensor;
}

// Modules: a few lines each ------------------------------------------------------------------------

/// x[N,in] -> [N,out]
struct Linear final : nn::Module {
  Linear(const Tensor& w, const Tensor& b) : weight(w), bias(b) {}
  Tensor forward(const Tensor& x) override { return linear(x, weight, bias); }
  std::vector<nn::NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  Tensor weight, bias;
};

/// x[N,C,H,W] -> [N,K,P,Q]
struct Conv2d final : nn::Module {
  Conv2d(const Tensor& w, const Tensor& b, Index border) : weight(w), bias(b), padding(border) {}
  Tensor forward(const Tensor& x) override { return conv2d(x, weight, bias, {.padding = padding}); }
  std::vector<nn::NamedTensor> own_parameters() const override {
    return {{"weight", weight}, {"bias", bias}};
  }
  Tensor weight, bias;
  Index padding;
};

/// The mean of each window of 2 x 2 pixels: a convolution of each channel by itself.
struct AvgPool2d final : nn::Module {
  Tensor forward(const Tensor& x) override {
    const Shape& of = x.shape();
    const Tensor planes = reshape(x, {of[0] * of[1], 1, of[2], of[3]});
    const Tensor means = conv2d(planes, quarter, {}, {.stride = 2});
    return reshape(means, {of[0], of[1], means.shape()[2], means.shape()[3]});
  }
  Tensor quarter = Tensor::full({1, 1, 2, 2}, 0.25);
};

struct Relu final : nn::Module {
  Tensor forward(const Tensor& x) override { return relu(x); }
};
struct Flatten final : nn::Module {
  Tensor forward(const Tensor& x) override { return flatten(x); }
};
struct Normalise final : nn::Module {
  Normalise(double m, double s) : mean(m), std(s) {}
  Tensor forward(const Tensor& x) override { return (x + -mean) * (1 / std); }
  double mean, std;
};

// XOR ----------------------------------------------------------------------------------------------

/// Two inputs, eight hidden units, one output.
nn::Sequential network(unsigned seed) {
  std::mt19937 random(seed);
  nn::Sequential net;
  net.add(Linear(noise({8, 2}, random, -1, 1), noise({8}, random, -1, 1))).add(Relu());
  net.add(Linear(noise({1, 8}, random, -0.5, 0.5), Tensor::zeros({1})));
  net.requires_grad(true);
  return net;
}

/// The squared error after so many steps, summed over the four cases.
double train_xor(nn::Sequential& net, optim::Optimiser& optimiser, int steps) {
  const Tensor x = Tensor::from({4, 2}, {0, 0, 0, 1, 1, 0, 1, 1});
  const Tensor target = Tensor::from({4, 1}, {0, 1, 1, 0});
  double error = 0;
  for (int step = 0; step < steps; ++step) {
    optimiser.zero_grad();
    const Tensor difference = net(x) + -1 * target;
    const Tensor loss = sum(difference * difference);
    loss.backward();
    optimiser.step();
    error = loss.item();
  }
  return error;
}

// Gradients ----------------------------------------------------------------------------------------

using Function = std::function<Tensor(const std::vector<Tensor>&)>;

/// Compares each element of each input's gradient with (L(x + h) - L(x - h)) / 2h, where L sums the
/// outputs of `f`, each weighed by a number of its own.
void check_gradients(const Function& f, std::vector<Tensor> inputs) {
  std::mt19937 random(7);
  for (Tensor& x : inputs) x.requires_grad(true);
  const Tensor y = f(inputs), weights = noise(y.shape(), random, 0.5, 1.5);
  y.backward(weights);
  const auto L = [&] {
    const Tensor now = f(inputs);
    return std::inner_product(now.data(), now.data() + now.size(), weights.data(), real(0));
  };
  constexpr double h = 1e-5;
  for (const Tensor& x : inputs)
    for (Index i = 0; i < x.size(); ++i) {
      CAPTURE(i);
      const double value = x.data()[i];
      x.mutable_data()[i] = value + h;
      const double above = L();
      x.mutable_data()[i] = value - h;
      const double below = L();
      x.mutable_data()[i] = value;
      CHECK(x.grad().data()[i] == doctest::Approx((above - below) / (2 * h)).epsilon(1e-6));
    }
}

// A digit ------------------------------------------------------------------------------------------

/// The tensors of a safetensors file: eight bytes, how long the header is; the header, JSON that says
/// where each tensor lies; and numbers.
std::map<std::string, Tensor> read_tensors(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  std::map<std::string, Tensor> tensors;
  for (const auto& [key, entry] : header.items()) {
    if (key == "__metadata__") continue;
    const auto shape = entry["shape"].get<std::vector<Index>>();
    const std::size_t begin = entry["data_offsets"][0], end = entry["data_offsets"][1];
    std::vector<float> values((end - begin) / sizeof(float));
    std::memcpy(values.data(), bytes.data() + 8 + length + begin, end - begin);
    tensors[key] = Tensor::from({shape.begin(), shape.end()}, {values.begin(), values.end()});
  }
  return tensors;
}

/// weights/mnist-robust.json, frozen.
nn::Sequential mnist_robust() {
  auto file = read_tensors(root + "/weights/mnist-robust.safetensors");
  nn::Sequential net;
  net.add(Normalise(0.1307, 0.3081));
  net.add(Conv2d(file["0.weight"], file["0.bias"], 2)).add(Relu()).add(AvgPool2d());
  net.add(Conv2d(file["3.weight"], file["3.bias"], 1)).add(Relu()).add(AvgPool2d());
  net.add(Flatten()).add(Linear(file["7.weight"], file["7.bias"])).add(Relu());
  net.add(Linear(file["9.weight"], file["9.bias"]));
  net.requires_grad(false);
  return net;
}

/// e^logit[k] / sum_j e^logit[j]
double probability(const Tensor& logits, Index k) {
  double total = 0;
  for (const real logit : logits.values()) total += std::exp(logit);
  return std::exp(logits.data()[k]) / total;
}

/// What the network takes for a three, from noise; `regularised`, it is smooth, and dark where nothing
/// speaks for light.
Tensor paint_three(nn::Sequential& net, double regularised) {
  std::mt19937 random(1);
  viz::Parametrisation image(noise({1, 1, 28, 28}, random, 0, 0.5));
  optim::Adam adam({image.coordinates()}, {.lr = 0.05});
  viz::descend(image, adam, 100, [&](const Tensor& x, int) {
    return -1 * at(net(x), {0, 3}) +
           regularised * (total_variation(x, {.beta = 1}) + 0.5 * sum(x * x));
  });
  return image.image().detach();
}

/// 2446 -> "2,446"
std::string with_comma(int number) {
  return std::to_string(number / 1000) + ',' + std::to_string(1000 + number % 1000).substr(1);
}

}  // namespace

TEST_CASE("core: SGD with momentum learns XOR") {
  nn::Sequential net = network(1);
  optim::SGD sgd(nn::tensors(net.parameters()), {.lr = 0.05, .momentum = 0.9});
  CHECK(train_xor(net, sgd, 1) > 0.5);
  CHECK(train_xor(net, sgd, 400) < 1e-6);
}

TEST_CASE("core: Adam learns XOR") {
  nn::Sequential net = network(1);
  optim::Adam adam(nn::tensors(net.parameters()), {.lr = 0.05});
  CHECK(train_xor(net, adam, 1) > 0.5);
  CHECK(train_xor(net, adam, 400) < 1e-6);
}

TEST_CASE("core: backward agrees with central differences, operation by operation") {
  std::mt19937 random(3);
  const auto some = [&](const Shape& shape) { return noise(shape, random, 0.1, 2); };
  const auto two = [&] { return std::vector{some({2, 3}), some({2, 3})}; };
  SUBCASE("add") {
    check_gradients([](const auto& x) { return x[0] + x[1]; }, two());
  }
  SUBCASE("add, one number to all") {
    check_gradients([](const auto& x) { return x[0] + x[1]; }, {some({2, 3}), some({1, 1})});
  }
  SUBCASE("add a number") {
    check_gradients([](const auto& x) { return x[0] + 3; }, {some({4})});
  }
  SUBCASE("mul") {
    check_gradients([](const auto& x) { return x[0] * x[1]; }, two());
  }
  SUBCASE("mul, both inputs the same") {
    check_gradients([](const auto& x) { return x[0] * x[0]; }, {some({4})});
  }
  SUBCASE("mul by a number") {
    check_gradients([](const auto& x) { return -2 * x[0]; }, {some({4})});
  }
  SUBCASE("sum") {
    check_gradients([](const auto& x) { return sum(x[0]); }, {some({2, 3})});
  }
  SUBCASE("relu, on both sides of its kink") {
    check_gradients([](const auto& x) { return relu(x[0] + -1); }, {some({20})});
  }
  SUBCASE("reshape") {
    check_gradients([](const auto& x) { return reshape(x[0], {3, 2}); }, {some({2, 3})});
  }
  SUBCASE("flatten") {
    check_gradients([](const auto& x) { return flatten(x[0]); }, {some({2, 1, 2, 3})});
  }
  SUBCASE("at") {
    check_gradients([](const auto& x) { return at(x[0], {1, 2}); }, {some({2, 3})});
  }
  SUBCASE("linear") {
    check_gradients([](const auto& x) { return linear(x[0], x[1], x[2]); },
                    {some({2, 3}), some({4, 3}), some({4})});
  }
  SUBCASE("conv2d") {
    check_gradients(
        [](const auto& x) {
          return conv2d(x[0], x[1], x[2], {.stride = {2, 1}, .padding = {1, 2}});
        },
        {some({2, 2, 5, 4}), some({3, 2, 3, 2}), some({3})});
  }
  SUBCASE("total_variation") {
    check_gradients([](const auto& x) { return total_variation(x[0], {.beta = 1.5}); },
                    {some({2, 1, 4, 3})});
  }
}

TEST_CASE("core: frozen weights, trainable image, and a three appears") {
  nn::Sequential net = mnist_robust();
  std::vector<Tensor> before;
  for (const Tensor& weight : nn::tensors(net.parameters())) before.push_back(weight.clone());

  const Tensor three = paint_three(net, 0.03), control = paint_three(net, 0);
  CHECK(probability(net(three), 3) > 0.99);
  CHECK(probability(net(control), 3) > 0.99);
  CHECK(total_variation(three).item() < total_variation(control).item() / 2);

  const std::vector<Tensor> after = nn::tensors(net.parameters());
  for (std::size_t i = 0; i < after.size(); ++i) {
    CHECK_FALSE(after[i].has_grad());
    CHECK(std::ranges::equal(before[i].values(), after[i].values()));
  }

  std::ofstream picture(GLASS_PICTURE);
  picture << "P2 28 28 255\n";
  for (const real pixel : three.values()) picture << std::lround(255 * pixel) << '\n';
}

TEST_CASE("core: it has as many lines, and lines of code, as its page says, and at most 2,600") {
  std::ifstream file(root + "/docs/core.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  int lines = 0, code = 0;
  for (std::size_t at = 0; (at = page.find("(../", at)) != page.npos; ++at) {
    const std::string linked = page.substr(at + 4, page.find(')', at) - at - 4);
    if (!linked.ends_with(".hpp") && !linked.ends_with(".cpp")) continue;
    std::ifstream source(root + '/' + linked);
    for (std::string line; std::getline(source, line); ++lines) {
      const std::size_t begin = line.find_first_not_of(' ');
      code += begin != line.npos && line.compare(begin, 2, "//") != 0;
    }
  }
  CHECK(lines <= 2600);
  const std::string counts =
      with_comma(lines) + " lines with all comments, of which " + with_comma(code) + " are code";
  CHECK_MESSAGE(page.find(counts) != page.npos, "docs/core.md does not say ", counts);
}
