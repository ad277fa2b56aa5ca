#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "viz/attribution.hpp"
#include "viz/controls.hpp"
#include "viz/pictures/image.hpp"

/// How far to believe each method on this network (viz/controls.hpp), measured and in words.
namespace glass::viz::cli {

/// A picture, and the class of which the maps are.
struct Subject {
  Tensor image;  ///< [1,C,H,W]
  Index k;       ///< the class
};

/// What the controls are about.
struct ControlPlan {
  std::vector<NamedMethod> methods;  ///< that are tried
  std::string objective;             ///< logit, logprob or softmax
  std::vector<Subject> subjects;     ///< one, or test images
  int seeds;                         ///< random networks, and random orders of pixels, for each
  std::uint64_t seed;                ///< of the first of these
  std::function<AttributionOptions(const Tensor& image)> options;  ///< of the methods
};

/// What they found about one method. Of one picture, each estimate is over the seeds, or over the other
/// classes; of several pictures it is over these.
struct Control {
  /// How much the map of the network is like that of one whose last 1, 2, ... layers are random: the
  /// magnitude of the rank correlation of the maps, and the rank correlation of their magnitudes.
  std::vector<Estimate> random, random_magnitude;
  Estimate others;  ///< and how much like the maps of other classes: the rank correlation
  Estimate deletion, insertion;            ///< areas
  Estimate less_deletion, more_insertion;  ///< than with random orders of the pixels
  std::vector<Tensor> maps;  ///< of the first picture, with the last 1, 2, ... layers random
};

/// What they found.
struct Controls {
  std::vector<std::string> layers;  ///< that became random: the last, the one before, ...
  std::vector<Control> methods;     ///< in the order of the plan
};

/// Shows progress. The network has its weights back afterwards: throws std::logic_error if not.
Controls run_controls(nn::Model& model, const ControlPlan& plan);

/// A row for each method: its map, and below which layers random it was like that; then these numbers as
/// curves.
Image draw(const ControlPlan& plan, const Controls& controls, const std::vector<Tensor>& maps);
/// Which method passes what, in words.
void print_table(const ControlPlan& plan, const Controls& controls);
nlohmann::ordered_json to_json(const ControlPlan& plan, const Controls& controls);

}  // namespace glass::viz::cli
