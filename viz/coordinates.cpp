#include "viz/coordinates.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass::viz {

namespace {

/// Column k is the k-th principal component of the colours (R, G, B) of CIFAR-10's training pixels,
/// as long as their standard deviation along it, all over the root mean square of the three.
constexpr double components[3][3] = {{-0.922384051, -0.332354591, 0.093496797},
                                     {-0.954593409, -0.021845808, -0.174962025},
                                     {-0.985132742, 0.332353625, 0.081996707}};

/// The components are orthogonal, so the inverse is the transpose with each row over its square.
void colour_matrices(Tensor& mix, Tensor& unmix) {
  mix = Tensor::empty({3, 3, 1, 1});
  unmix = Tensor::empty({3, 3, 1, 1});
  for (int k = 0; k < 3; ++k) {
    double square = 0;
    for (const auto& row : components) square += row[k] * row[k];
    for (int c = 0; c < 3; ++c) {
      mix.mutable_data()[c * 3 + k] = static_cast<real>(components[c][k]);
      unmix.mutable_data()[k * 3 + c] = static_cast<real>(components[c][k] / square);
    }
  }
}

/// 1 / frequency of each coefficient of `hartley2d`, the mean colour counting as half a wave per
/// image, over the root mean square of all.
Tensor frequency_weights(const Shape& image) {
  const Index H = image[2], W = image[3];
  const auto cycles = [](Index k, Index n) {
    return static_cast<double>(std::min(k, n - k)) / static_cast<double>(n);
  };
  const double lowest = 0.5 / static_cast<double>(std::max(H, W));
  std::vector<double> plane;
  double squares = 0;
  for (Index k = 0; k < H; ++k)
    for (Index l = 0; l < W; ++l) {
      plane.push_back(1 / std::max(std::hypot(cycles(k, H), cycles(l, W)), lowest));
      squares += plane.back() * plane.back();
    }
  const double scale = std::sqrt(static_cast<double>(H * W) / squares);
  Tensor weights = Tensor::empty(image);
  for (Index i = 0; i < weights.size(); ++i) {
    weights.mutable_data()[i] =
        static_cast<real>(scale * plane[static_cast<std::size_t>(i % (H * W))]);
  }
  return weights;
}

/// Coordinates that weigh as natural images vary, see the header.
class NaturalCoordinates final : public Parametrisation {
 public:
  NaturalCoordinates(const Tensor& start, bool frequencies, bool colours) : Parametrisation(start) {
    if (frequencies) {
      frequency_weight_ = frequency_weights(start.shape());
      inverse_frequency_weight_ = frequency_weight_.clone();
      for (real& weight : inverse_frequency_weight_.mutable_values()) weight = 1 / weight;
    }
    if (colours) colour_matrices(mix_, unmix_);
    NaturalCoordinates::move_to(start);
  }

  const char* name() const override { return "coordinates"; }

  Tensor image() const override {
    Tensor x = coordinates();
    if (frequency_weight_) x = hartley2d(frequency_weight_ * x);
    if (mix_) x = conv2d(x, mix_);
    return x;
  }

  void move_to(const Tensor& image) override {
    const NoGrad no_grad;
    Tensor x = image.detach();
    if (unmix_) x = conv2d(x, unmix_);
    if (frequency_weight_) x = inverse_frequency_weight_ * hartley2d(x);
    Parametrisation::move_to(x);
  }

 private:
  Tensor frequency_weight_, inverse_frequency_weight_;  ///< undefined: pixels
  Tensor mix_, unmix_;                                  ///< [3,3,1,1]; undefined: plain colours
};

}  // namespace

std::unique_ptr<Parametrisation> parametrised(const Tensor& start, const std::string& name,
                                              bool decorrelate) {
  if (name != "pixel" && name != "fourier") {
    throw Error("parametrisation '" + name + "': expected pixel or fourier");
  }
  require(!decorrelate || start.shape()[1] == 3,
          "colours can be decorrelated in images of 3 channels, not in ", start.shape());
  if (name == "pixel" && !decorrelate) return std::make_unique<Parametrisation>(start);
  return std::make_unique<NaturalCoordinates>(start, name == "fourier", decorrelate);
}

}  // namespace glass::viz
