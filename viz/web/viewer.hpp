#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "nn/model.hpp"
#include "viz/pictures/image.hpp"

namespace glass::viz::web {

using Json = nlohmann::ordered_json;

/// A network that looks at what somebody draws or drops on the page, and says what it sees there and why,
/// so soon that it can be asked again with every movement of the pen.
class Viewer {
 public:
  /// The model is frozen and in evaluation mode; it must outlive this, and stay so.
  explicit Viewer(nn::Model& model) : model_(model) {}

  /// Looks at a picture of 3 channels; with `fit` as `viz classify --fit` does, see `fitted`, else at
  /// pixels that are of its size already. -> {"probabilities": of each class; empty if there is nothing to
  /// see}. Throws FileError if the network takes neither 1 nor 3 channels, or, without `fit`, another size.
  Json look(const Image& picture, bool fit);
  void forget() { picture_ = map_ = {}; }  ///< that there was a picture
  /// What it got to see, [1,C,H,W] in [0, 1]; undefined if there was nothing.
  const Tensor& picture() const { return picture_; }

  /// The methods of attribution.hpp -> [{"name", "title"}].
  static Json methods();
  /// Asks one of them which pixels speak for a class; for the likeliest one, if `label` is negative. With
  /// fewer samples than `viz attribute` takes, so that all seven can follow a pen: 12 noisy copies for
  /// SmoothGrad, 12 steps for integrated gradients, and windows of a seventh of the picture's side that
  /// hardly overlap for occlusion. -> {"class": which}. Throws Error as the method does, and if there is no
  /// such method, no such class, or nothing to see.
  Json attribute(const std::string& method, Index label);
  /// The map that it made, summed over the channels: [1,H,W], in the method's units.
  const Tensor& map() const { return map_; }

 private:
  nn::Model& model_;
  Tensor picture_, map_;
};

}  // namespace glass::viz::web
