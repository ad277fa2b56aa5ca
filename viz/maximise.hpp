#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nn/model.hpp"
#include "viz/objective.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// How an image is fitted to a class. The defaults were swept on `mnist-cnn` (docs/defaults.md).
struct MaximiseOptions {
  Objective objective = Objective::logit;
  int steps = 512;
  double lr = 0.05;
  std::string optimiser = "adam";  ///< adam or sgd
  double tv = 1.5;                 ///< lambda of R_Vbeta in normalised units, see `regulariser`
  double beta = 1.5;
  double alpha_norm = 1;  ///< lambda of the alpha-norm (alpha = 6) in normalised units
  int jitter = 3;         ///< each step looks at the image shifted by up to this many pixels
  std::uint64_t seed = 0;
};

/// lambda_tv R_Vbeta(x) + lambda_alpha R_alpha(x), in the units of Mahendran and Vedaldi (2016, eq.
/// 9), in which a weight means the same for every image size and range:
///
///     R_Vbeta / (H W (B / 6.5)^beta)   and   sum |x - centre|^6 / (H W B^6),   B = 1/2
///
/// x[N,C,H,W] of pixels in [0, 1], so that B is half their range; `centre` holds one value per
/// channel. Summed over N.
Tensor regulariser(const Tensor& x, const std::vector<double>& centre,
                   const MaximiseOptions& options);

/// Where a run begins and what the alpha-norm pulls to: the mean pixel of the data that the model
/// was trained on, per channel, or grey if its description gives none.
std::vector<double> centre_of(const nn::Model& model);

/// Noise around `centre`, the same for a class whether it is drawn alone or with others.
/// -> [classes.size(),C,H,W] in [0, 1].
Tensor initial_noise(const nn::Model& model, const std::vector<Index>& classes, std::uint64_t seed,
                     double stddev = 0.3);

/// One step, as a progress display wants it: means over the batch.
struct MaximiseStep {
  int step, steps;
  double objective, regulariser;
};

struct MaximiseResult {
  Tensor images;                                          ///< [N,C,H,W] in [0, 1]
  std::vector<double> objective_before, objective_after;  ///< per picture, not regularised
  std::vector<double> probability;                        ///< softmax of the class, per picture
  int steps = 0;                                          ///< done; fewer if `on_step` said stop
};

/// Activation maximisation (Erhan et al. 2009; Simonyan et al. 2014): freezes the weights, makes
/// the images trainable, and descends along
///
///     -objective(model(image)) + regulariser(image)
///
/// with the `backward()` and the optimisers that train networks. The regulariser's weight rises from
/// 0 over the first half of the steps. Pixels stay in [0, 1]. `init` is
/// [classes.size(),C,H,W] and is not modified. `on_step` may return false to stop early.
MaximiseResult maximise(nn::Model& model, const std::vector<Index>& classes, const Tensor& init,
                        const MaximiseOptions& options,
                        const std::function<bool(const MaximiseStep&)>& on_step = {});

}  // namespace glass::inline GLASS_PRECISION::viz
