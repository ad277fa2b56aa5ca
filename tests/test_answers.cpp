#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "nn/io/description.hpp"

/// What a network's output says of its classes, however the network ends.
namespace {

using namespace glass;

/// Images of two pixels, a linear layer that gives `rows` times these, and what follows.
nn::Model network(const std::vector<std::vector<double>>& rows, const std::string& ending,
                  const std::string& classes = "[]") {
  nn::Model model = nn::parse_description(
      R"({"name": "m", "input": {"shape": [1, 1, 2]}, "classes": )" + classes +
          R"(, "layers": [{"type": "Flatten"}, {"type": "Linear", "in_features": 2, "bias": false,
              "out_features": )" +
          std::to_string(rows.size()) + "}" + ending + "]}",
      "m.json", 0);
  const Tensor weight = model.parameters().front().tensor;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    weight.mutable_values()[2 * i] = static_cast<real>(rows[i][0]);
    weight.mutable_values()[2 * i + 1] = static_cast<real>(rows[i][1]);
  }
  model.eval();
  return model;
}

std::string layers(const std::vector<std::string>& types) {
  std::string json;
  for (const std::string& type : types) json += R"(, {"type": ")" + type + "\"}";
  return json;
}

const std::vector<std::vector<double>> three_rows{{2, 0}, {0, 3}, {-1, 1}}, one_row{{2, -4}};
const Tensor two_images = Tensor::from({2, 1, 1, 2}, {1, 0.5, 0.25, 1});
// Their logits, by hand: of `three_rows` 2, 1.5, -0.5 and 0.5, 3, 0.75; of `one_row` 0 and -3.5.
const std::vector<double> z3{2, 1.5, -0.5, 0.5, 3, 0.75}, z1{0, -3.5};

double sigma(double z) { return 1 / (1 + std::exp(-z)); }

std::vector<double> softmax_of(const std::vector<double>& z) {
  std::vector<double> p;
  for (std::size_t i = 0; i < z.size(); ++i) {
    const std::size_t row = i / 3 * 3;
    p.push_back(std::exp(z[i]) / (std::exp(z[row]) + std::exp(z[row + 1]) + std::exp(z[row + 2])));
  }
  return p;
}

void check_close(const Tensor& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == static_cast<Index>(expected.size()));
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CAPTURE(i);
    CHECK(found.values()[i] == doctest::Approx(expected[i]).epsilon(1e-5));
  }
}

/// That `log_probabilities` are the logarithms.
void check_probabilities(const nn::Model& model, const std::vector<double>& p) {
  const Tensor logits = model.logits(two_images);
  check_close(model.probabilities(logits), p);
  std::vector<double> logs;
  for (const double v : p) logs.push_back(std::log(v));
  check_close(model.log_probabilities(logits), logs);
}

std::string complaint(const std::function<void()>& f) {
  try {
    f();
  } catch (const FileError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("answers: with and without a softmax at the end, the same logits and probabilities") {
  for (const std::vector<std::string>& ending : {std::vector<std::string>{},
                                                 {"Softmax"},
                                                 {"LogSoftmax"},
                                                 {"Softmax", "Flatten"},
                                                 {"LogSoftmax", "Dropout", "Flatten"},
                                                 {"Flatten"},
                                                 {"Dropout"}}) {
    nn::Model model = network(three_rows, layers(ending));
    CAPTURE(model.summary());
    CHECK(model.class_count() == 3);
    CHECK_FALSE(model.sigmoids());
    check_close(model.logits(two_images), z3);
    check_probabilities(model, softmax_of(z3));
    if (!ending.empty() && ending[0] == "Softmax") check_close(model(two_images), softmax_of(z3));
    CHECK(argmax(model.logits(two_images), 1) == std::vector<Index>{0, 1});
  }
}

TEST_CASE("answers: only what ends a network is taken off, and only once") {
  nn::Model twice = network(three_rows, layers({"Softmax", "Softmax"}));
  check_close(twice.logits(two_images), softmax_of(z3));  // what goes into the last one
  check_probabilities(twice, softmax_of(softmax_of(z3)));
  const nn::Model inside = network(three_rows, layers({"Sigmoid", "Tanh"}));
  CHECK_FALSE(inside.sigmoids());
  check_close(inside.logits(two_images).detach(), [] {
    std::vector<double> h;
    for (const double z : z3) h.push_back(std::tanh(sigma(z)));
    return h;
  }());
  const nn::Model softmax_alone = nn::parse_description(
      R"({"name": "m", "input": {"shape": [1, 1, 2]},
          "layers": [{"type": "Flatten"}, {"type": "Softmax"}]})",
      "m.json", 0);
  check_close(softmax_alone.logits(two_images), {1, 0.5, 0.25, 1});
}

TEST_CASE("answers: one output says no or yes, with a sigmoid or without") {
  for (const std::vector<std::string>& ending :
       {std::vector<std::string>{}, {"Sigmoid"}, {"Sigmoid", "Flatten"}, {"Dropout"}}) {
    nn::Model model = network(one_row, layers(ending), R"(["no", "yes"])");
    CAPTURE(model.summary());
    CHECK(model.class_count() == 2);
    CHECK(model.sigmoids());
    check_close(model.logits(two_images), {0, 0, 3.5, -3.5});
    check_probabilities(model, {0.5, 0.5, sigma(3.5), sigma(-3.5)});
    CHECK(argmax(model.logits(two_images), 1) == std::vector<Index>{0, 0});
    if (!ending.empty() && ending[0] == "Sigmoid") {
      check_close(model(two_images), {sigma(0), sigma(-3.5)});
    }
  }
}

TEST_CASE("answers: several sigmoids speak for themselves, also where they were channels") {
  std::vector<double> p;
  for (const double z : z3) p.push_back(sigma(z));
  nn::Model model = network(three_rows, layers({"Sigmoid"}));
  CHECK(model.class_count() == 3);
  CHECK(model.sigmoids());
  check_close(model.logits(two_images), z3);
  check_probabilities(model, p);
  check_close(model(two_images), p);

  nn::Model channels = nn::parse_description(
      R"({"name": "m", "input": {"shape": [1, 1, 2]},
          "layers": [{"type": "Conv2d", "in_channels": 1, "out_channels": 3, "kernel_size": [1, 2],
                      "bias": false}, {"type": "Sigmoid"}, {"type": "Flatten"}]})",
      "m.json", 0);
  channels.eval();
  std::ranges::copy(model.parameters().front().tensor.values(),
                    channels.parameters().front().tensor.mutable_values().begin());
  CHECK(channels.class_count() == 3);
  check_close(channels.logits(two_images), z3);
  check_probabilities(channels, p);
}

TEST_CASE("answers: the loss is that of logits, for every ending") {
  const std::vector<Index> labels{2, 1};
  const auto gradient = [](const Tensor& z, const Tensor& loss) {
    z.zero_grad();
    loss.backward();
    return z.grad();
  };
  const Tensor z = Tensor::from({2, 3}, z3).requires_grad(true);
  for (const double smoothing : {0.0, 0.2}) {
    CAPTURE(smoothing);
    const double expected = cross_entropy(z, labels, smoothing).item();
    for (const char* ending : {"Softmax", "LogSoftmax", "Flatten"}) {
      CHECK(network(three_rows, layers({ending})).loss(z, labels, smoothing).item() == expected);
    }
    // Of sigmoids -t log p - (1 - t) log(1 - p), whose derivative is p - t.
    double sum = 0;
    std::vector<double> slopes;
    for (std::size_t i = 0; i < 6; ++i) {
      const double hard = static_cast<Index>(i % 3) == labels[i / 3] ? 1 : 0;
      const double t = (1 - smoothing) * hard + smoothing / 2, p = sigma(z3[i]);
      sum -= t * std::log(p) + (1 - t) * std::log(1 - p);
      slopes.push_back((p - t) / 6);
    }
    const Tensor loss = network(three_rows, layers({"Sigmoid"})).loss(z, labels, smoothing);
    CHECK(loss.item() == doctest::Approx(sum / 6));
    check_close(gradient(z, loss), slopes);

    // One output: z = 0 with the label 1, and z = -3.5 with the label 1.
    const Tensor out = Tensor::from({2, 1}, z1).requires_grad(true);
    const nn::Model binary = network(one_row, "");
    const double t = 1 - smoothing / 2;
    const Tensor two = binary.loss(binary.class_logits(out), {1, 1}, smoothing);
    CHECK(two.item() ==
          doctest::Approx(
              (std::log(2) - t * std::log(sigma(-3.5)) - (1 - t) * std::log(sigma(3.5))) / 2));
    check_close(gradient(out, two), {(0.5 - t) / 2, (sigma(-3.5) - t) / 2});
  }
}

TEST_CASE("answers: logits of any size") {
  const nn::Model binary = network(one_row, "");
  for (const double size : {100.0, 1e4, 1e30}) {
    const Tensor z = Tensor::from({1, 1}, {size}).requires_grad(true);
    const Tensor logits = binary.class_logits(z);
    check_close(binary.probabilities(logits), {0, 1});
    check_close(binary.log_probabilities(logits), {-size, 0});
    CHECK(binary.loss(logits, {1}).item() == 0);
    const Tensor wrong = binary.loss(logits, {0});
    CHECK(wrong.item() == doctest::Approx(size));
    wrong.backward();
    CHECK(z.grad().item() == 1);
  }
  const Tensor z = Tensor::from({1, 1}, {-40}).requires_grad(true);
  binary.log_probabilities(binary.class_logits(z)).values();
  CHECK(std::log(binary.probabilities(binary.class_logits(z)).values()[1]) ==
        doctest::Approx(-40));  // not 0, as 1 - p would be
}

TEST_CASE("answers: what is no classifier, and names that do not fit, are refused") {
  const auto count = [](const nn::Model& model) {
    return complaint([&] { (void)model.class_count(); });
  };
  CHECK(count(network(one_row, layers({"Softmax"}))).find("its Softmax has one output") !=
        std::string::npos);
  CHECK(count(network(one_row, layers({"LogSoftmax", "Flatten"}))).find("its LogSoftmax") !=
        std::string::npos);
  const auto parse = [](const std::string& layers) {
    return nn::parse_description(
        R"({"name": "m", "input": {"shape": [1, 1, 2]}, "layers": [)" + layers + "]}", "m.json", 0);
  };
  CHECK(count(parse(R"({"type": "Sigmoid"}, {"type": "Flatten"})")).find("before the Sigmoid") !=
        std::string::npos);
  CHECK(count(parse(R"({"type": "Sigmoid"})")).find("expected an output [1,classes]") !=
        std::string::npos);
  for (const char* names : {R"(["yes"])", R"(["a", "b", "c"])"}) {
    CHECK(complaint([&] {
            network(one_row, "", names);
          }).find("one output tells two classes apart") != std::string::npos);
  }
  CHECK_THROWS_AS(network(three_rows, layers({"Sigmoid"})).loss(Tensor::zeros({1, 3}), {3}),
                  ShapeError);
  CHECK_THROWS_AS(network(one_row, "").loss(Tensor::zeros({1, 2}), {0, 1}), ShapeError);
}
