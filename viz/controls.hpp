#pragma once

#include <cstdint>
#include <vector>

#include "nn/model.hpp"

/// How far to believe a map of attributions (attribution.hpp): what one does to the network, or to the
/// picture, to see whether the map follows.
namespace glass::viz {

/// One number for each pixel: the sum over the channels, as the map is drawn. map[1,C,H,W] -> H W numbers
std::vector<double> pixel_sums(const Tensor& map);

/// Spearman's rank correlation of two lists of equal length: from -1 to 1, and 0 if one of them is
/// constant. Equal numbers share the mean of their ranks.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b);

/// A network whose layers lose what they have learned, from the last to the first, for as long as this
/// exists; then it has its weights and running statistics back. Adebayo et al., 2018, sec. 3.1.
class Cascade {
 public:
  /// Nothing is lost yet. The model must live as long.
  Cascade(nn::Model& model, std::uint64_t seed);
  Cascade(const Cascade&) = delete;
  Cascade& operator=(const Cascade&) = delete;
  ~Cascade();

  /// Initialises the last layer that has matrices or kernels and was not yet, and what follows it.
  /// -> its index, or -1 if none was left.
  Index next();

 private:
  nn::Model& model_;
  std::uint64_t seed_;
  Index from_;  ///< this layer and those after it are initialised anew
  std::vector<Tensor> kept_;
};

/// The order of pixels by falling `score`; where scores are equal, drawn from `seed`.
std::vector<Index> falling_order(const std::vector<double>& score, std::uint64_t seed);

/// The mean probability of class k on the way from one picture to another, [1,C,H,W] both, while pixels
/// are replaced in this order, a 28th of them at a time: the area under Petsiuk et al.'s curve (2018, sec.
/// 4.2). From the picture to a baseline that is deletion, which is to be small; from the baseline to the
/// picture insertion, which is to be large.
double area_on_the_way(const nn::Model& model, Index k, const Tensor& from, const Tensor& to,
                       const std::vector<Index>& order);

/// A mean, and how far from it the true one may be.
struct Estimate {
  double mean = 0;    ///< of the values; NaN of none
  double margin = 0;  ///< half of Student's 95 % interval; infinite of one value
};
/// Of any numbers. The margin is the standard error times 12.7 for two numbers, 3.18 for four, 2.09 for
/// twenty and towards 1.96 for many: of few numbers the deviation too is little known (Student, 1908).
Estimate estimate(const std::vector<double>& values);

}  // namespace glass::viz
