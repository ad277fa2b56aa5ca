#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "autograd/trace.hpp"
#include "nn/model.hpp"
#include "optim/adam.hpp"
#include "viz/pictures/image.hpp"

namespace glass::viz::web {

using Json = nlohmann::ordered_json;

/// Teaches a small network signs of somebody's own, from a few drawings of each, while they look on. Two
/// convolutions and two linear layers, by Adam, 150 steps of 24 images. So that five drawings are enough,
/// every image is seen turned, resized and moved a little, differently each time; and so that the network
/// has something to paint, it learns from attacked images (`attack`, l2 of 2), as the robust networks do.
class Teacher {
 public:
  /// Signs by their names, at least 2. All that is random comes from `seed`. Throws Error for fewer.
  Teacher(const std::vector<std::string>& signs, std::uint64_t seed);

  /// Gives it a drawing, fitted as by `fitted`. Throws Error if there is no ink or no such sign.
  void add(const Image& drawing, Index sign);
  /// Some steps, of those that are left; every sign needs a drawing by then. With `record`, the last one
  /// leaves its tape. -> {"step", "steps", "loss": of the last step's images, as they were attacked;
  /// "right": the share of them that was named rightly}. Throws Error if a sign has no drawing.
  Json advance(int steps, bool record);
  /// The tape of the last step that was recorded, as SVG. -> {"width", "height", "svg"}
  Json tape() const;
  /// Writes the network's description, and its weights beside it. It is trained no more.
  void save(const std::string& description);

 private:
  struct Batch {
    Tensor images;  ///< [N,1,28,28]
    std::vector<Index> labels;
  };
  Batch next_batch();

  nn::Model model_;
  Rng rng_;
  std::vector<std::vector<Tensor>> drawings_;  ///< of each sign, [1,1,28,28]
  std::unique_ptr<optim::Adam> optimiser_;
  int steps_ = 0;
  std::shared_ptr<const Trace> trace_;
};

}  // namespace glass::viz::web
