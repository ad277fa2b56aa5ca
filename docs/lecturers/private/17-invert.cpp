#include <algorithm>

#include "docs/lecturers/private/private.hpp"
#include "nn/layers.hpp"
#include "viz/invert.hpp"
#include "viz/start.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

constexpr Index pixels = 6, numbers = 6, layer = 1;

struct Given {
  Rng rng = grade::seeded(17);
  nn::Model model;
  Tensor weight, original;
  Given() {
    model.input_shape = {1, 2, 3};
    model.usual = {0.5};
    model.layers.add(nn::Flatten());
    nn::Linear linear({.in_features = pixels, .out_features = numbers, .bias = false}, rng);
    weight = linear.weight;
    for (Index i = 0; i < pixels; ++i)
      weight.mutable_data()[i * pixels + i] += 2;  // which can be inverted
    model.layers.add(std::move(linear));
    original = Tensor::uniform({1, 1, 2, 3}, rng, 0.2, 0.8);
  }
  double error(const real* image) const {
    double distance = 0, size = 0;
    for (Index o = 0; o < numbers; ++o) {
      double found = 0, wanted = 0;
      for (Index i = 0; i < pixels; ++i) {
        found += weight.data()[o * pixels + i] * image[i];
        wanted += weight.data()[o * pixels + i] * original.data()[i];
      }
      distance += (found - wanted) * (found - wanted), size += wanted * wanted;
    }
    return distance / size;
  }
};

}  // namespace

TEST_CASE("2 points: the mean error of four starts, by another layer of another image") {
  Given given;
  const Tensor starts = initial_noise(given.model, {0, 1, 2, 3}, 21, 0.4);
  double expected = 0, found = 0;
  for (Index n = 0; n < 4; ++n) expected += given.error(starts.data() + n * pixels) / 4;
  invert(given.model, layer, given.original,
         {.steps = 1, .starts = 4, .regulariser = {}, .seed = 21}, [&](const InvertStep& step) {
           found = step.loss;
           return true;
         });
  grade::check_equal("loss of the first step", found, expected, 1e-3);
}

TEST_CASE("3 points: a layer that can be inverted gives the image back, and says how far it is") {
  Given given;
  const auto found = invert(given.model, layer, given.original,
                            {.steps = 400, .lr = 0.05, .starts = 2, .regulariser = {}});
  grade::check_equal("image", found.image, given.original, 2e-2);
  grade::check_equal("1 + error", 1 + found.error, 1 + given.error(found.image.data()), 1e-4);
}
