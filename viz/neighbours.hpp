#pragma once

#include <vector>

#include "autograd/tensor.hpp"

namespace glass::viz {

/// x[N,K] -> [N,K]: each row less its mean. What was constant becomes exactly 0.
Tensor centred_rows(const Tensor& x);

/// What pictures look like among the images of a data set, compared pixel by pixel. Each image is
/// taken less its own mean, so that brightness does not count. The images come in blocks, so that
/// they need not all be in memory.
class Neighbours {
 public:
  /// pictures[N,C,H,W]; of each, the `count` images at the smallest Euclidean distance are kept.
  explicit Neighbours(const Tensor& pictures, std::size_t count = 25);

  /// Compares the pictures with images[M,C,H,W] of the classes `labels`.
  void add(const Tensor& images, const std::vector<Index>& labels);

  // Once there were images:
  /// The class of most of those nearest to picture n; the smallest of those tied.
  Index majority(Index n) const;
  /// The largest cosine between picture n and any of them; 0 for a picture of one grey.
  double cosine(Index n) const { return cosines_[static_cast<std::size_t>(n)]; }

 private:
  struct Neighbour {
    double distance;  ///< squared
    Index label;
  };
  void keep(std::vector<Neighbour>& nearest, const Neighbour& candidate) const;

  Tensor pictures_;  ///< [N,C H W], centred
  std::vector<double> squares_, cosines_;
  std::vector<std::vector<Neighbour>> nearest_;  ///< of each picture, in order of distance
  std::size_t count_;
};

}  // namespace glass::viz
