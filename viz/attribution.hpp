#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "viz/objective.hpp"

/// Attribution: how much each pixel has to do with what a network says of a picture. Each method is a
/// question to the network, with the weights frozen; `saliency` (saliency.hpp) is the first of them. How
/// far to believe an answer, controls.hpp asks.
///
/// f is the objective, one value for each picture, and x the pixels, in [0, 1]: what normalises them is a
/// part of f, so that all gradients are by pixels. Methods take image[N,C,H,W] and return maps of that
/// shape, or [N,1,H,W] where they do not tell channels apart; signed, in the units of f where nothing else
/// is said. The network is left in evaluation mode, its weights frozen. They throw FileError, naming the
/// first layer, if a number is NaN or infinite.
namespace glass::viz {

/// What the methods leave open.
struct AttributionOptions {
  Tensor baseline;         ///< [1,C,H,W]: a picture of nothing, for what compares with one
  int samples = 50;        ///< of SmoothGrad, at least 1
  double noise = 0.15;     ///< its deviation, as a share of the largest pixel less the smallest
  std::uint64_t seed = 0;  ///< of that noise
  int steps = 64;          ///< of integrated gradients, at least 1
  Index layer = -1;        ///< of Grad-CAM: one whose output is [N,C,H,W]; see `last_map`
  Index window = 4;        ///< of occlusion, in pixels: its side, no longer than the picture's
  Index stride = 2;        ///< and how far apart windows are, from 1 to that
};

/// image -> maps.
using Method = Tensor (*)(nn::Model& model, const Objective& objective, const Tensor& image,
                          const AttributionOptions& options);

/// df/dx in units of f for one unit of a pixel: `saliency`. Simonyan et al., 2014, sec. 3.
Tensor gradient(nn::Model& model, const Objective& objective, const Tensor& image,
                const AttributionOptions& options);
/// x df/dx. Shrikumar et al., 2016.
Tensor gradient_x_input(nn::Model& model, const Objective& objective, const Tensor& image,
                        const AttributionOptions& options);
/// The mean gradient of noisy copies, which may leave [0, 1]. The same noise for each picture. Smilkov et
/// al., 2017.
Tensor smoothgrad(nn::Model& model, const Objective& objective, const Tensor& image,
                  const AttributionOptions& options);
/// The gradient along the straight way from the baseline. Sundararajan et al., 2017, eq. 1.
Tensor integrated_gradients(nn::Model& model, const Objective& objective, const Tensor& image,
                            const AttributionOptions& options);
/// The gradient, of which each ReLU and ReLU6 lets back what is positive only. Other activations pass it
/// on as it is, and so do ReLUs inside of a block of one's own, which the list of layers does not show. No
/// gradient of anything, so in no unit. Springenberg et al., 2015, sec. 3.4.
Tensor guided_backpropagation(nn::Model& model, const Objective& objective, const Tensor& image,
                              const AttributionOptions& options);
/// Where the channels of a layer speak for f: never negative. Throws Error unless f depends on that layer,
/// and its output has places. Selvaraju et al., 2017, eq. 1 and 2.
Tensor grad_cam(nn::Model& model, const Objective& objective, const Tensor& image,
                const AttributionOptions& options);
/// How much f falls when a window of the picture is replaced by the baseline's. Throws ShapeError if the
/// window does not fit, or if pixels would lie between windows. Zeiler and Fergus, 2014, sec. 4.2.
Tensor occlusion(nn::Model& model, const Objective& objective, const Tensor& image,
                 const AttributionOptions& options);

/// A method as people call it.
struct NamedMethod {
  std::string name, title;  ///< "grad-cam", and "Grad-CAM"
  Method method;            ///< the function
};
/// All of them, from the shortest formula on.
const std::vector<NamedMethod>& attribution_methods();

/// Of integrated gradients, how far their sum is from f(x) - f(baseline), which it would be without the
/// error of the steps: a share of the sum of their magnitudes. -> N numbers
std::vector<double> completeness_gap(nn::Model& model, const Objective& objective,
                                     const Tensor& image, const Tensor& baseline,
                                     const Tensor& attributions);

/// The last layer before f whose output has places, [N,C,H,W] of more than one pixel, and that is no
/// pooling: what Grad-CAM looks at, if nobody says another. -1 if there is none.
Index last_map(const nn::Model& model, const Objective& objective);

}  // namespace glass::viz
