#include <doctest/doctest.h>

#include <cmath>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "nn/data/data_folder.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/sha256.hpp"
#include "test_data_files.hpp"
#include "weights/evaluate.hpp"
#include "weights/trainer.hpp"

namespace {

using namespace glass;
using namespace glass::data;
using namespace glass::training;
using viz::attack, viz::Attack;

struct Squares {
  DataFolder data;
  nn::Model model;

  Squares() {
    const TemporaryFolder folder;
    data_files::write_square_folder(folder);
    data = read_data_folder(folder / "", {1, 12, 12}, 3);
    data_files::write(folder / "squares.json", data_files::square_model);
    model = nn::load_description(folder / "squares.json", 5);
  }

  void learn(const TrainOptions& options) {
    Trainer trainer(model, data.training, options);
    EpochResult result;
    while (trainer.epochs_done() < options.epochs) trainer.run_epoch(result);
  }
};

Batch first_images(const Dataset& data) {
  const std::vector<Index> places{0, 1, 2, 3, 4, 5, 6, 7};
  return make_batch(data, places);
}

double loss(nn::Model& model, const Tensor& images, const std::vector<Index>& labels) {
  const NoGrad no_grad;
  return cross_entropy(model(images), labels).item();
}

}  // namespace

TEST_CASE("attack: stays within eps and the pixels' range, raises the loss, leaves the network") {
  Squares squares;
  squares.learn({.epochs = 4, .batch = 32});
  const Batch batch = first_images(squares.data.test);
  const auto pixels = static_cast<std::size_t>(batch.images.size() / 8);
  for (const Attack& how :
       {Attack{.norm = "linf", .eps = 0.1}, Attack{.norm = "l2", .eps = 0.8, .steps = 5}}) {
    CAPTURE(how.norm);
    Rng rng(1), same(1), other(2);
    squares.model.train();
    squares.model.requires_grad(true);
    for (const auto& [name, weight] : squares.model.parameters()) weight.zero_grad();
    const std::string before = viz::weights_sha256(squares.model);
    const Tensor attacked = attack(squares.model, batch.images, batch.labels, how, rng);
    CHECK(viz::weights_sha256(squares.model) == before);
    CHECK(squares.model.training());
    CHECK(squares.model.requires_grad());
    for (const auto& [name, weight] : squares.model.parameters()) CHECK_FALSE(weight.has_grad());
    CHECK(attacked.is_leaf());

    double largest = 0;
    for (std::size_t n = 0; n < 8; ++n) {
      double squares_sum = 0;
      for (std::size_t i = n * pixels; i < (n + 1) * pixels; ++i) {
        const double change = attacked.values()[i] - batch.images.values()[i];
        squares_sum += change * change;
        if (how.norm == "linf") largest = std::max(largest, std::abs(change));
        CHECK(attacked.values()[i] >= 0);
        CHECK(attacked.values()[i] <= 1);
      }
      if (how.norm == "l2") largest = std::max(largest, std::sqrt(squares_sum));
    }
    CHECK(largest < how.eps + 1e-5);
    CHECK(largest > how.eps / 2);

    squares.model.eval();
    CHECK(loss(squares.model, attacked, batch.labels) >
          2 * loss(squares.model, batch.images, batch.labels));
    const auto values = [&](Rng& from) {
      const Tensor t = attack(squares.model, batch.images, batch.labels, how, from);
      return std::vector<real>(t.values().begin(), t.values().end());
    };
    const std::vector<real> again(attacked.values().begin(), attacked.values().end());
    CHECK(values(same) == again);
    CHECK(values(other) != again);
  }
}

TEST_CASE(
    "attack: the smallest one deceives, and with half of its change fewer steps lead nowhere") {
  Squares squares;
  squares.learn({.epochs = 4, .batch = 32});
  squares.model.eval();
  const Batch batch = first_images(squares.data.test);
  const Tensor image = narrow(batch.images, 0, 0, 1);
  const Index seen = argmax(squares.model(image), 1).front();
  for (const std::string& norm : viz::attack_norms) {
    for (const bool targeted : {false, true}) {
      CAPTURE(norm);
      CAPTURE(targeted);
      Attack how{.norm = norm, .eps = norm == "linf" ? 1. : 12., .steps = 10, .targeted = targeted};
      const Index label = targeted ? (seen + 1) % 3 : seen;
      const Tensor found = viz::smallest_attack(squares.model, image, label, how, 0);
      REQUIRE(found);
      CHECK(viz::succeeds(squares.model, found, label, how));
      CHECK((argmax(squares.model(found), 1).front() == label) == targeted);
      const double size = viz::size_of_change(how, image, found);
      CHECK(size > 0);
      CHECK(size < how.eps);
      const Tensor again = viz::smallest_attack(squares.model, image, label, how, 0);
      CHECK(std::ranges::equal(again.values(), found.values()));

      how.eps = size / 2;
      Rng rng(0);
      const Tensor half = attack(squares.model, image, {label}, how, rng);
      CHECK_FALSE(viz::succeeds(squares.model, half, label, how));
      how.eps = size / 8;
      CHECK_FALSE(viz::smallest_attack(squares.model, image, label, how, 0));
    }
  }
  // A network that is very sure is no more robust for it.
  const Attack how{.norm = "l2", .eps = 12, .steps = 10};
  const auto needed = [&] {
    return viz::size_of_change(how, image,
                               viz::smallest_attack(squares.model, image, seen, how, 0));
  };
  const double before = needed();
  const std::vector<nn::NamedTensor> weights = squares.model.parameters();
  for (std::size_t i = weights.size() - 2; i < weights.size(); ++i) {
    for (real& w : weights[i].tensor.mutable_values()) w *= 100;
  }
  CHECK(needed() == doctest::Approx(before).epsilon(0.05));
  const Attack where_it_is{.norm = "l2", .eps = 1, .targeted = true};
  const Tensor same = viz::smallest_attack(squares.model, image, seen, where_it_is, 0);
  CHECK(same.data() == image.data());
}

TEST_CASE("attack: a network that learned from attacks resists them better") {
  const Attack how{.norm = "linf", .eps = 0.15};
  Squares plain, robust;
  plain.learn({.epochs = 4, .batch = 32});
  robust.learn({.epochs = 4, .batch = 32, .attack = how});
  const auto accuracy = [&](Squares& squares) {
    return evaluate(squares.model, squares.data.test, how).accuracy();
  };
  CHECK(accuracy(robust) > accuracy(plain) + 0.1);
}

TEST_CASE("attack: adversarial training gives the same bytes for any number of threads") {
  const TrainOptions options{.epochs = 1,
                             .batch = 32,
                             .label_smoothing = 0.1,
                             .augmentation = {.flip = true, .shift = 1},
                             .attack = {.norm = "l2", .eps = 0.5}};
  std::string digests[2];
  for (int threads : {1, 2}) {
    kernels::set_threads(threads);
    Squares squares;
    squares.learn(options);
    digests[threads - 1] = viz::weights_sha256(squares.model);
  }
  kernels::set_threads(0);
  CHECK(digests[0] == digests[1]);
}
