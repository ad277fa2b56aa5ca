#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "autograd/node.hpp"
#include "nn/io/description.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/sha256.hpp"
#include "optim/sgd.hpp"
#include "programs.hpp"
#include "tensors.hpp"
#include "viz/best_of.hpp"
#include "viz/blur.hpp"
#include "viz/classes.hpp"
#include "viz/coordinates.hpp"
#include "viz/descend.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/saliency.hpp"
#include "viz/start.hpp"

namespace {

using namespace glass;
using namespace glass::viz;
using testing::numbers;

nn::Model mnist_cnn() { return nn::load_model(mnist_json); }

std::string complaint(const nn::Model& model, const std::string& expression) {
  try {
    const Objective objective(model, expression);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace

TEST_CASE("objective: terms are what their formulas say") {
  nn::Model model = mnist_cnn();
  model.eval();
  const NoGrad no_grad;
  const Tensor x = initial_noise(model, {0, 1, 2}, 3, 0.3);
  const std::vector<Tensor> h = model.outputs(model.layers.size() - 1, x);
  const Tensor z = h.back();
  const auto at = [&](const char* expression) {
    return numbers(Objective(model, expression)(model, x));
  };
  for (std::size_t n = 0; n < 3; ++n) {
    const auto logit = [&](std::size_t k) { return static_cast<double>(z.values()[n * 10 + k]); };
    CHECK(at("logit:7")[n] == doctest::Approx(logit(7)));
    CHECK(at("logit:3 - 0.5*logit:8")[n] == doctest::Approx(logit(3) - 0.5 * logit(8)));
    CHECK(at("-logit:3+2*logit:8")[n] == doctest::Approx(2 * logit(8) - logit(3)));
    double sum = 0;
    for (std::size_t k = 0; k < 10; ++k) sum += std::exp(logit(k));
    CHECK(at("softmax:4")[n] == doctest::Approx(std::exp(logit(4)) / sum));
    CHECK(at("logprob:4")[n] == doctest::Approx(logit(4) - std::log(sum)));
  }
  // conv2 is [N,32,14,14]
  const Tensor conv2 = h[static_cast<std::size_t>(model.layers.find("conv2"))];
  const real* first = conv2.data() + 5 * 14 * 14;
  double mean = 0, square = 0;
  for (int i = 0; i < 14 * 14; ++i) mean += first[i] / (14.0 * 14.0);
  for (int i = 0; i < 32 * 14 * 14; ++i) square += conv2.data()[i] * conv2.data()[i];
  CHECK(at("channel:conv2:5")[0] == doctest::Approx(mean).epsilon(1e-4));
  CHECK(at("layer:conv2")[0] == doctest::Approx(square / (32 * 14 * 14)).epsilon(1e-4));
  CHECK(at("neuron:conv2:5,2,3")[0] == doctest::Approx(first[2 * 14 + 3]));
  CHECK(at("neuron:linear2:6")[1] == doctest::Approx(z.values()[16]));

  const TemporaryFolder folder;
  Tensor v = Tensor::zeros({32});
  v.mutable_data()[5] = 7;
  write_npy(folder / "v.npy", v);
  CHECK(at(("direction:conv2:" + (folder / "v.npy")).c_str())[0] ==
        doctest::Approx(mean).epsilon(1e-4));
}

TEST_CASE("objective: diversity is less the mean cosine, and least for equal pictures") {
  nn::Model model = mnist_cnn();
  const Objective objective(model, "diversity:relu2");
  const Tensor same = Tensor::full({3, 1, 28, 28}, 0.7),
               noise = initial_noise(model, {0, 1, 2}, 0, 0.3);
  const NoGrad no_grad;
  for (const double value : numbers(objective(model, same))) CHECK(value == doctest::Approx(-1));
  for (const double value : numbers(objective(model, noise))) CHECK(value > -0.999);
}

TEST_CASE("objective: variety is 0 where pictures differ enough, and a run lets go of it") {
  nn::Model model = mnist_cnn();
  const Tensor same = Tensor::full({3, 1, 28, 28}, 0.7),
               noise = initial_noise(model, {0, 1}, 0, 0.3);
  const Objective objective(model, "variety:relu2"), cosine(model, "diversity:relu2");
  const NoGrad no_grad;
  for (const double value : numbers(objective(model, same))) CHECK(value == doctest::Approx(-1));
  for (const double value : numbers(objective(model, same, 0))) CHECK(value == 0);
  const double other = -2 * numbers(cosine(model, noise))[0] - 1;  // of the two pictures
  REQUIRE(other < 0.99);
  CHECK(numbers(objective(model, noise))[0] ==
        doctest::Approx(-(1 + std::max(0.0, other - 0.85) / 0.15) / 2).epsilon(1e-3));
}

TEST_CASE("objective: diversity compares pictures of one class, or where each has one, all") {
  nn::Model model = mnist_cnn();
  const Tensor images = initial_noise(model, {0, 1, 2, 3}, 0, 0.3);
  const NoGrad no_grad;
  const auto alone = [&](Index a, Index b) {
    const std::vector<Tensor> pair{narrow(images, 0, a, 1), narrow(images, 0, b, 1)};
    return doctest::Approx(numbers(Objective(model, "diversity:relu2")(model, cat(pair, 0)))[0]);
  };
  std::vector<Tensor> first, second;  // ten classes in turn, each with image 0 and another
  for (Index n = 0; n < 10; ++n) {
    first.push_back(narrow(images, 0, 0, 1));
    second.push_back(narrow(images, 0, 1 + n % 3, 1));
  }
  const Objective objective(model, "0*logit:all + diversity:relu2");
  const auto values = numbers(objective(model, cat(std::vector{cat(first, 0), cat(second, 0)}, 0)));
  CHECK(values[0] == alone(0, 1).epsilon(1e-4));
  CHECK(values[4] == alone(0, 2).epsilon(1e-4));
  CHECK(values[15] == alone(0, 3).epsilon(1e-4));
  for (const double value : numbers(objective(model, cat(first, 0)))) {
    CHECK(value == doctest::Approx(-1));
  }
}

TEST_CASE("objective: all means one picture each, with labels") {
  const nn::Model model = mnist_cnn();
  const Objective digits(model, "logit:all");
  CHECK(digits.pictures() == 10);
  CHECK(digits.unit(7) == 7);
  CHECK(digits.of_class());
  CHECK(digits.label(model, 7) == "7");
  const Objective channels(model, "channel:conv1:all");
  CHECK(channels.pictures() == 16);
  CHECK(channels.label(model, 3) == "conv1 3");
  CHECK_FALSE(channels.of_class());
  CHECK(Objective(model, "logit:all - 0.1*logit:all").pictures() == 10);
}

TEST_CASE("objective: a label says all of it") {
  const nn::Model model = mnist_cnn();
  const auto label = [&](const std::string& expression, Index n) {
    return Objective(model, expression).label(model, n);
  };
  CHECK(label("1*logit:7", 0) == "7");
  CHECK(label("-logit:7", 0) == "-logit:7");
  CHECK(label("-1*channel:conv1:4", 0) == "-1*channel:conv1:4");
  CHECK(label("2*channel:conv1:all", 4) == "2*channel:conv1:4");
  CHECK(label("logit:3 - 0.5*logit:8", 0) == "logit:3 - 0.5*logit:8");
  CHECK(label("logit:7 + 3*variety:relu1 - diversity:relu2", 0) == "7");
  CHECK(label("logit:3 + variety:relu1 - 0.5*logit:8", 0) == "logit:3 - 0.5*logit:8");
  CHECK(label("variety:relu1", 0) == "variety:relu1");
  CHECK(label("logit:all - 0.1*logit:all + layer:conv1", 3) ==
        "logit:3 - 0.1*logit:3 + layer:conv1");
}

TEST_CASE("classes: a name, an index, or which of the two") {
  nn::Model model = nn::parse_description(R"({"name": "m", "input": {"shape": [1, 1, 4]},
    "classes": ["1", "2", "3", "a - logit:1"],
    "layers": [{"type": "Flatten"}, {"type": "Linear", "in_features": 4, "out_features": 4}]})",
                                          "m.json", 0);
  CHECK(find_class(model, "0") == 0);
  CHECK(find_class(model, "name:1") == 0);
  CHECK(find_class(model, "index:1") == 1);
  CHECK(find_class(model, " name:3 ") == 2);
  CHECK(find_class(model, "a - logit:1") == 3);
  CHECK(Objective(model, "logit:name:1 - logit:index:1").label(model, 0) ==
        "logit:name:1 - logit:index:1");
  for (const char* both : {"1", "2", "3"}) {
    CHECK_THROWS_WITH_AS(find_class(model, both), doctest::Contains("say name:"), Error);
  }
  for (const char* none : {"4", "name:0", "index:4", "index:a", "-1", "", "all"}) {
    CHECK_THROWS_WITH_AS(find_class(model, none), doctest::Contains("has classes 0 to 3"), Error);
  }
  model.classes = {"0", "1", "2", "3"};
  CHECK(find_class(model, "3") == 3);
}

TEST_CASE("objective: what cannot be read is named") {
  const nn::Model model = mnist_cnn();
  const struct {
    const char *expression, *found;
  } mistakes[] = {
      {"", "expected terms such as"},
      {"fame:3", "expected terms such as"},
      {"logit:", "has classes 0 to 9"},
      {"logit:10", "has classes 0 to 9"},
      {"logit:3 - nonsense", "class '3 - nonsense'"},
      {"channel:conv2", "expected LAYER:"},
      {"channel:conv9:1", "layer 'conv9'"},
      {"channel:conv2:32", "channels 0 to 31"},
      {"neuron:conv2:5", "expected C,Y,X"},
      {"neuron:conv2:5,2,14", "expected C,Y,X"},
      {"neuron:linear2:10", "an index"},
      {"logit:all + channel:conv2:all", "another 32"},
      {"1e999*logit:3", "not finite"},
      {"1e39*logit:3", "not finite in single precision"},
      {"1e-300*logit:3", "0 in single precision"},
  };
  for (const auto& mistake : mistakes) {
    CAPTURE(mistake.expression);
    CHECK(complaint(model, mistake.expression).find(mistake.found) != std::string::npos);
  }
}

TEST_CASE("parametrisations: coordinates and image are each other's inverse") {
  Rng rng(1);
  const Tensor image = Tensor::uniform({2, 3, 6, 9}, rng);
  for (const char* name : {"pixel", "fourier"})
    for (const bool decorrelate : {false, true}) {
      CAPTURE(name);
      CAPTURE(decorrelate);
      const auto x = parametrised(Tensor::zeros(image.shape()), name, decorrelate);
      x->move_to(image);
      const Tensor back = x->image();
      CHECK(back.requires_grad());
      for (std::size_t i = 0; i < 2 * 3 * 6 * 9; ++i) {
        CHECK(std::abs(back.values()[i] - image.values()[i]) < 1e-4);
      }
      const auto begun = parametrised(image, name, decorrelate);
      CHECK(std::ranges::equal(begun->coordinates().values(), x->coordinates().values()));
    }
  const Tensor grey = Tensor::full({1, 1, 4, 4}, 0.5);
  CHECK_THROWS_AS(parametrised(grey, "pixel", true), ShapeError);
  CHECK_THROWS_AS(parametrised(grey, "wavelet", false), Error);
}

TEST_CASE("parametrisations: the coordinates are a trainable leaf of their own") {
  const Tensor start = Tensor::full({1, 3, 4, 4}, 0.25);
  for (const char* name : {"pixel", "fourier"}) {
    CAPTURE(name);
    const auto x = parametrised(start, name, false);
    CHECK(x->coordinates().is_leaf());
    CHECK(x->coordinates().requires_grad());
    x->move_to(Tensor::full({1, 3, 4, 4}, 0.75));
    for (const real pixel : x->image().values()) CHECK(pixel == doctest::Approx(0.75));
    for (const real pixel : start.values()) CHECK(pixel == doctest::Approx(0.25));
  }
}

TEST_CASE("the loop: each step goes down the loss's gradient, and back into [0, 1]") {
  // loss = sum c (x - 2)^2, of which the gradient is 2 c (x - 2): with lr 0.25, and c = 0 and 1
  const Tensor c = Tensor::from({1, 1, 1, 2}, {0, 1});
  Parametrisation x(Tensor::from({1, 1, 1, 2}, {0.5, 0}));
  optim::SGD descent({x.coordinates()}, {.lr = 0.25});
  const auto loss = [&](const Tensor& image, int step) {
    CHECK(image.id() == x.coordinates().id());
    CHECK(step < 2);
    return sum(c * square(image - Tensor::full({1, 1, 1, 2}, 2)));
  };
  CHECK(descend(x, descent, 1, loss) == 1);
  CHECK(std::ranges::equal(x.image().values(), std::vector<real>{0.5, 1}));
  CHECK(descend(x, descent, 2, loss) == 2);
  CHECK(std::ranges::equal(x.image().values(), std::vector<real>{0.5, 1}));
  CHECK(descend(x, descent, 0, loss) == 0);
}

TEST_CASE("the loop: a caller hears of four moments of a step, in their order, and may end it") {
  Parametrisation x(Tensor::full({1, 1, 1, 1}, 0.5));
  optim::SGD descent({x.coordinates()}, {.lr = 1});
  std::string heard;
  const StepHooks hooks{
      .start = [&](int step) { heard += text("start ", step); },
      .gradient =
          [&](const Tensor& loss, int) {
            heard += text(", loss ", loss.item(), ", gradient ", x.coordinates().grad().item());
            CHECK(x.image().item() == 0.5);
          },
      .move =
          [&](const Tensor& image, int) {
            heard += text(", move to ", image.item());
            image.mutable_data()[0] += 4;
          },
      .end =
          [&](const Tensor& image, int step) {
            heard += text(", end at ", image.item(), " with ", x.image().item(), "\n");
            return step < 0;
          }};
  CHECK(descend(
            x, descent, 9, [](const Tensor& image, int) { return 3 * sum(image); }, hooks) == 1);
  CHECK(heard == "start 0, loss 1.5, gradient 3, move to -2.5, end at 1 with 1\n");
}

TEST_CASE("blur keeps a constant and the sum of what is far from the edge, and spreads by sigma") {
  const Tensor grey = gaussian_blur(Tensor::full({1, 2, 5, 7}, 0.3), 1.5);
  for (const real pixel : grey.values()) CHECK(pixel == doctest::Approx(0.3));
  Tensor dot = Tensor::zeros({1, 1, 21, 21});
  dot.mutable_data()[10 * 21 + 10] = 1;
  const Tensor spread = gaussian_blur(dot, 1.5);
  double sum = 0, variance = 0;
  for (int y = 0; y < 21; ++y)
    for (int x = 0; x < 21; ++x) {
      sum += spread.data()[y * 21 + x];
      variance += static_cast<double>(spread.data()[y * 21 + x]) * (x - 10) * (x - 10);
    }
  CHECK(sum == doctest::Approx(1));
  CHECK(std::sqrt(variance) == doctest::Approx(1.5).epsilon(0.02));
}

TEST_CASE("maximising leaves the weights alone, raises the objective, repeats itself") {
  nn::Model model = mnist_cnn();
  const Objective objective(model, "logit:all");
  const Tensor init = initial_noise(model, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 7, 0.6);
  const std::string before = weights_sha256(model);
  for (const MaximiseOptions& options :
       {MaximiseOptions{.steps = 40}, MaximiseOptions{.steps = 40, .parametrisation = "fourier"},
        MaximiseOptions{.steps = 40, .rotate = 5, .zoom = 0.1, .blur = 0.5}}) {
    const MaximiseResult a = maximise(model, objective, init, options);
    const MaximiseResult b = maximise(model, objective, init, options);
    CHECK(weights_sha256(model) == before);
    CHECK_FALSE(model.requires_grad());
    CHECK(a.steps == 40);
    for (std::size_t i = 0; i < 10; ++i) {
      CHECK(a.objective_after[i] > a.objective_before[i] + 1);
      CHECK(a.reached[i]);
    }
    CHECK(std::ranges::equal(a.images.values(), b.images.values()));
    for (const real pixel : a.images.values()) CHECK((pixel >= 0 && pixel <= 1));
  }
}

TEST_CASE("maximising stops where it is told to") {
  nn::Model model = mnist_cnn();
  const Objective objective(model, "logit:1");
  const Tensor init = initial_noise(model, {1}, 0, 0.3);
  const auto early = maximise(model, objective, init, {.steps = 50},
                              [](const MaximiseStep& s) { return s.step < 3; });
  CHECK(early.steps == 3);
  const auto planned = maximise(model, objective, init, {.steps = 50, .stop_after = 3});
  CHECK(std::ranges::equal(planned.images.values(), early.images.values()));
}

TEST_CASE(
    "a run that is stepped is the run, and what changes between two steps counts from the next") {
  nn::Model model = mnist_cnn();
  const Objective objective(model, "logit:1");
  const Tensor init = initial_noise(model, {1}, 0, 0.3);
  const MaximiseOptions first{.steps = 8};
  Maximisation run(model, objective, init, first);
  CHECK(numbers(run.images()) == numbers(init));
  for (int step = 1; step <= 4; ++step) CHECK(run.step().step == step);
  const auto four = maximise(model, objective, init, {.steps = 8, .stop_after = 4});
  CHECK(numbers(run.result().images) == numbers(four.images));
  CHECK(run.result().objective_after == four.objective_after);

  MaximiseOptions still = first;
  still.lr = 0;
  still.record = true;
  run.change(still);
  const MaximiseStep fifth = run.step();
  CHECK(fifth.trace);
  CHECK(fifth.penalty > 0);
  CHECK(numbers(run.images()) == numbers(four.images));
  still.regulariser = {};
  run.change(still);
  CHECK(run.step().penalty == 0);
  CHECK(run.options().lr == 0);

  MaximiseOptions other = first;
  other.seed = 1;
  CHECK_THROWS_WITH_AS(run.change(other),
                       "optimiser, parametrisation, decorrelate, seed: cannot change during a run",
                       Error);
  other = first;
  other.lr = -1;
  CHECK_THROWS_AS(run.change(other), Error);
  CHECK(run.options().lr == 0);
}

TEST_CASE("maximising does not depend on the size of the logits") {
  nn::Model model = mnist_cnn();
  const Tensor init = initial_noise(model, {3}, 0, 0.3);
  const auto paint = [&](const char* expression) {
    return numbers(maximise(model, Objective(model, expression), init, {.steps = 30}).images);
  };
  const std::vector<real> one = paint("logit:3"), many = paint("16*logit:3");
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(std::abs(one[i] - many[i]) < 1e-3);
}

TEST_CASE("of several runs each picture is the best one") {
  nn::Model model = mnist_cnn();
  const Objective objective(model, "logit:all");
  std::vector<MaximiseResult> runs;
  for (const std::uint64_t seed : {0, 1, 2}) {
    const Tensor init = initial_noise(model, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, seed, 0.3);
    runs.push_back(maximise(model, objective, init, {.steps = 20, .seed = seed}));
  }
  const MaximiseResult best = best_of(model, objective, runs);
  const auto loss = [](const MaximiseResult& run, std::size_t n) {
    return run.penalty[n] - run.objective_after[n] / run.unit;
  };
  const NoGrad no_grad;
  const std::vector<real> objective_now = numbers(objective(model, best.images));
  for (std::size_t n = 0; n < 10; ++n) {
    for (const MaximiseResult& run : runs) CHECK(loss(best, n) <= loss(run, n));
    CHECK(objective_now[n] == doctest::Approx(best.objective_after[n]));
  }
}

TEST_CASE("of several runs the pictures are those that are best together") {
  nn::Model model = mnist_cnn();
  const Tensor noise = initial_noise(model, {0, 1, 2}, 0, 0.3);
  const Tensor first = narrow(noise, 0, 0, 1), second = narrow(noise, 0, 1, 1);
  const auto run = [](const std::vector<Tensor>& images, const std::vector<double>& penalty) {
    const std::size_t count = images.size();
    return MaximiseResult{cat(images, 0), std::vector<double>(count, 0),
                          std::vector<double>(count, 0), penalty, std::vector<bool>(count, true)};
  };
  // The third picture is nearly the first, which is the best; the fourth is unlike it.
  const std::vector<MaximiseResult> runs{run({first, second}, {0.1, 0.9}),
                                         run({first * 0.99, narrow(noise, 0, 2, 1)}, {0.2, 0.5})};
  const MaximiseResult alone = best_of(model, Objective(model, "0*channel:conv1:0"), runs);
  CHECK(alone.penalty == std::vector<double>{0.1, 0.2});
  const MaximiseResult apart =
      best_of(model, Objective(model, "0*channel:conv1:0 + 100*diversity:relu2"), runs);
  CHECK(apart.penalty.front() == 0.1);
  CHECK(apart.penalty.back() >= 0.5);
  const Objective diversity(model, "100*diversity:relu2");
  const NoGrad no_grad;
  CHECK(numbers(diversity(model, apart.images))[0] >
        numbers(diversity(model, alone.images))[0] + 0.1);
  CHECK(apart.objective_after[1] == doctest::Approx(numbers(diversity(model, apart.images))[1]));
}

TEST_CASE("of several runs none of the pictures is one of which the network is not sure") {
  nn::Model model = mnist_cnn();
  const Objective objective(model, "logit:3 + 100*diversity:relu2");
  const Tensor noise = initial_noise(model, {0, 1, 2, 3}, 0, 0.3);
  const MaximiseResult sure =
      maximise(model, Objective(model, "logit:3"), narrow(noise, 0, 0, 3), {.steps = 40});
  MaximiseResult mixed = sure;  // noise is unlike any three, and is none
  mixed.images = cat(std::vector{narrow(sure.images, 0, 0, 2), narrow(noise, 0, 3, 1)}, 0);
  const NoGrad no_grad;
  const auto least = [&](const MaximiseResult& run) {
    return std::ranges::min(numbers(objective.probability(model, run.images)));
  };
  REQUIRE(least(sure) > 0.99);
  REQUIRE(least(mixed) < 0.5);
  CHECK(least(best_of(model, objective, {mixed, mixed})) > 0.99);
  mixed.images = narrow(noise, 0, 0, 3);  // but as many as one run has are always kept
  CHECK(best_of(model, objective, {mixed, mixed}).images.shape()[0] == 3);
}

TEST_CASE("saliency is the derivative of the objective with respect to the pixels") {
  nn::Model model = mnist_cnn();
  const Objective objective(model, "logit:5");
  const Tensor image = initial_noise(model, {5}, 1, 0.3);
  const Tensor gradient = saliency(model, objective, image);
  CHECK(gradient.shape() == image.shape());
  const NoGrad no_grad;
  for (const std::size_t i : {100u, 406u, 700u}) {
    const Tensor up = image.clone(), down = image.clone();
    up.mutable_values()[i] += real(0.01);
    down.mutable_values()[i] -= real(0.01);
    const double slope = (objective(model, up).item() - objective(model, down).item()) / 0.02;
    CHECK(gradient.values()[i] == doctest::Approx(slope).epsilon(0.1));
  }
}
