#include <algorithm>

#include "docs/exercises/13-image-never-changes/paint.hpp"
#include "docs/lecturers/private/private.hpp"
#include "nn/layers.hpp"

using namespace glass;

TEST_CASE(
    "3 points: another network and another start, one that is trainable: step by step uphill") {
  Rng rng = grade::seeded(13);
  nn::Model model;
  model.input_shape = {2, 5, 4};
  model.layers.add(nn::Flatten());
  model.layers.add(nn::Linear({.in_features = 40, .out_features = 6}, rng));
  const Tensor start = Tensor::uniform({1, 2, 5, 4}, rng, 0.4, 0.6).requires_grad(true);
  const Tensor before = start.clone();
  const Index wanted = grade::between(rng, 0, 5);
  const int steps = static_cast<int>(grade::between(rng, 2, 6));
  // The gradient of a linear network is its weights, and so Adam walks its lr, step by step.
  const Tensor expected = before.clone();
  const Tensor weights = model.parameters().front().tensor;
  for (Index i = 0; i < 40; ++i) {
    const double slope = weights.data()[wanted * 40 + i];
    expected.mutable_data()[i] += static_cast<real>((slope > 0 ? 0.05 : -0.05) * steps);
  }
  for (real& pixel : expected.mutable_values()) pixel = std::clamp(pixel, real(0), real(1));
  grade::check_equal("image", paint(model, start, wanted, steps), expected, 1e-3);
  grade::check_equal("start", start, before);
  CHECK_MESSAGE(!start.has_grad(), "start: expected no gradient, found one");
}
