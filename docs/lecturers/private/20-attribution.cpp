#include "docs/lecturers/private/private.hpp"
#include "nn/layers.hpp"
#include "viz/attribution.hpp"
#include "viz/saliency.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

/// A network of the lecturer's: convolution, ReLU, linear.
struct Given {
  Rng rng;
  nn::Model model;
  Index channels = grade::between(rng, 3, 5), side = 5, wanted = grade::between(rng, 0, 2);
  nn::Conv2d conv{{.in_channels = 2, .out_channels = channels, .kernel_size = 1}, rng};
  nn::Linear linear{{.in_features = channels * side * side, .out_features = 3}, rng};
  Tensor kernel = conv.weight, bias = conv.bias, weight = linear.weight;
  Tensor x = Tensor::uniform({2, 2, side, side}, rng),
         baseline = Tensor::uniform({1, 2, side, side}, rng);

  explicit Given(std::uint64_t more = 0) : rng(grade::seeded(20 + more)) {
    model.input_shape = {2, side, side};
    model.layers.add(std::move(conv)).add(nn::ReLU()).add(nn::Flatten()).add(std::move(linear));
  }
  Objective logit() { return Objective(model, text("logit:", wanted)); }
};

/// Looks at the convolution's output, before the ReLU: its values have both signs, and its gradient is
/// another one for each picture.
void check_grad_cam(Given given) {
  const Index places = given.side * given.side, C = given.channels;
  const Tensor expected = Tensor::zeros({2, 1, given.side, given.side});
  for (Index n = 0; n < 2; ++n) {
    for (Index c = 0; c < C; ++c) {
      std::vector<double> a(static_cast<std::size_t>(places), given.bias.data()[c]);
      double mean =
          0;  // of the gradient to the channel: the linear layer's weights, where the ReLU is on
      for (Index i = 0; i < places; ++i) {
        double& value = a[static_cast<std::size_t>(i)];
        for (Index from = 0; from < 2; ++from) {
          value += given.kernel.data()[c * 2 + from] * given.x.data()[(n * 2 + from) * places + i];
        }
        if (value > 0) mean += given.weight.data()[(given.wanted * C + c) * places + i];
      }
      mean /= static_cast<double>(places);
      for (Index i = 0; i < places; ++i) {
        expected.mutable_data()[n * places + i] +=
            static_cast<real>(mean * a[static_cast<std::size_t>(i)]);
      }
    }
    for (Index i = 0; i < places; ++i) {
      real& place = expected.mutable_data()[n * places + i];
      place = place < 0 ? 0 : place;
    }
  }
  const AttributionOptions options{.baseline = {}, .layer = 0};
  grade::check_equal("map", grad_cam(given.model, given.logit(), given.x, options), expected, 1e-4);
}

}  // namespace

TEST_CASE("3 points: integrated gradients of another network, piece by piece") {
  Given given;
  const int steps = static_cast<int>(grade::between(given.rng, 3, 6));
  const Tensor expected = Tensor::zeros(given.x.shape());
  for (int k = 0; k < steps; ++k) {
    const double t = (k + 0.5) / steps;
    const Tensor at = (1 - t) * given.baseline + t * given.x;
    const Tensor slope = saliency(given.model, given.logit(), at);
    for (Index i = 0; i < expected.size(); ++i) {
      const real way = given.x.data()[i] - given.baseline.data()[i % given.baseline.size()];
      expected.mutable_data()[i] += way * slope.data()[i] / static_cast<real>(steps);
    }
  }
  const AttributionOptions options{.baseline = given.baseline, .steps = steps};
  grade::check_equal("map", integrated_gradients(given.model, given.logit(), given.x, options),
                     expected, 1e-4);
}

TEST_CASE("3 points: Grad-CAM of other networks, place by place") {
  for (std::uint64_t i = 0; i < 4; ++i) check_grad_cam(Given(i));
}
