#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/random.hpp"
#include "nn/model.hpp"

namespace glass::viz {

/// What an attack may measure changes by.
inline const std::vector<std::string> attack_norms{"linf", "l2"};

/// How far, and how, an image may be changed to deceive a network.
struct Attack {
  std::string norm;  ///< one of `attack_norms`: the largest change of a pixel, or the Euclidean
                     ///< length of all changes; empty: no attack
  double eps = 0;    ///< the largest change, pixels being in [0, 1]
  int steps = 3;  ///< each of length 2.5 eps / steps, so that the border can be reached and walked
  bool targeted = false;  ///< labels are classes to arrive at, not classes to leave
  /// Climb the largest other logit less the label's (Carlini and Wagner 2017, f6) in place of the training
  /// loss, whose gradient fades where the network is very sure.
  bool margin = false;

  explicit operator bool() const { return !norm.empty(); }  ///< there is an attack
};

inline constexpr double largest_eps = 1000;  ///< of an attack that a user may ask for

/// "l2:0.5" -> {.norm = "l2", .eps = 0.5}. Throws Error unless `words` is of that form.
Attack parse_attack(const std::string& words);

/// Projected gradient descent (Madry et al. 2018, eq. 2.2 and sec. 5.1): images within `eps` of
/// `images` that the network gets as wrong as a few steps can make it, or, if targeted, as sure of the
/// label. The weights are frozen and the image is trainable, as in activation maximisation; only the
/// sign of the objective and the leash differ. The network answers in evaluation mode; afterwards it is
/// in its old mode and as trainable as before. images[N,C,H,W] in [0, 1] -> the same, a leaf.
Tensor attack(nn::Model& model, const Tensor& images, const std::vector<Index>& labels,
              const Attack& how, Rng& rng);

/// The size of the change from one image to another, as the attack's norm measures it.
double size_of_change(const Attack& how, const Tensor& from, const Tensor& to);

/// True if the network's answer to image[1,C,H,W] is what the attack wants: the label if it is
/// targeted, or else any other class. Off the tape; the network is to be in evaluation mode.
bool succeeds(const nn::Model& model, const Tensor& image, Index label, const Attack& how);

/// Looks for the smallest change of image[1,C,H,W] with which an attack succeeds: doubles eps from a
/// small one until it does, and halves the interval eight times. What is found is an upper bound: a
/// smaller change may exist (Carlini and Wagner 2017 search more, and find less). `how.eps` counts
/// only as the largest to try. -> [1,C,H,W], the image itself if it needs no change; empty if no
/// attack succeeds.
Tensor smallest_attack(nn::Model& model, const Tensor& image, Index label, Attack how,
                       std::uint64_t seed);

}  // namespace glass::viz
