#pragma once

#include <memory>
#include <nlohmann/json.hpp>

#include "viz/invert.hpp"

namespace glass::viz::web {

using Json = nlohmann::ordered_json;

/// A network of which somebody asks what a layer still knows of a picture, and looks on: see `Inversion`.
class Inverter {
 public:
  /// The model is frozen and in evaluation mode; it must outlive this, and stay so.
  explicit Inverter(nn::Model& model) : model_(model) {}

  /// Begins with picture[1,C,H,W] in [0, 1] and
  ///
  ///     {"layer": 3,            by its number
  ///      "seed": 0,             of the noise that it begins with
  ///      "regulariser": true}   false: whatever picture the layer cannot tell from this one
  ///
  /// In a browser 4 starts and 256 steps, where `viz invert` takes up to 16 and 500. Throws what
  /// `Inversion` does, and Error if there is no such picture or layer.
  void begin(const Tensor& picture, const Json& run);
  /// Some steps more, of those that are left. -> {"step", "steps", "relative_error": `InvertResult::error`;
  /// "psnr", in decibels}
  Json advance(int steps);
  const Tensor& image() const { return image_; }  ///< the best start so far, [1,C,H,W]

 private:
  nn::Model& model_;
  InvertOptions options_;
  std::unique_ptr<Inversion> run_;
  Tensor image_;
};

}  // namespace glass::viz::web
