#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "viz/scores.hpp"

/// What `viz judge` found, and its two ways to say it.
namespace glass::viz::cli {

/// How one picture stands among the images of the data set.
struct Resemblance {
  Index nearest_class;  ///< of most of the 25 nearest training images
  double cosine;        ///< to the nearest training image
  double total_variation_ratio, high_frequency_ratio;  ///< to the means of the test images
};

struct Verdict {
  Score score;
  std::optional<Resemblance> resemblance;
};

/// Pictures of one origin.
struct Group {
  std::string key, title;  ///< in JSON, in the table
  Tensor images;           ///< [N,C,H,W]
  std::vector<Index> classes;
  std::vector<Verdict> verdicts = {};
};

/// How unlike each other the pictures of one class are, beside real images: see `mean_distance`.
struct Spread {
  Index label;
  std::size_t pictures;
  double distance, real_distance;

  /// As a share of the real images'; 0 if those are all alike.
  double share() const { return real_distance > 0 ? distance / real_distance : 0; }
};

/// The first group holds the pictures that are judged, the others are controls.
struct Judgement {
  const nn::Model &model, &judge;
  std::vector<Group> groups;
  std::vector<Spread> spreads;  ///< of the classes of which the first group has several
};

nlohmann::ordered_json to_json(const Judgement& judgement);
void print_table(const Judgement& judgement);

}  // namespace glass::viz::cli
