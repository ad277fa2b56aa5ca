#pragma once

#include <optional>
#include <string>

namespace glass::viz::cli {

/// Where two outputs of `viz`, files with the same extension, differ first, in words.
std::string first_difference(const std::string& a, const std::string& b);

/// How far two pictures are from each other, in grey levels from 0 to 255.
struct Distance {
  double mean;  ///< over all pixels and channels
  int most;
};

/// Of two pictures in PNG files of `viz`, `a` made first: its manifest may leave out options that a later
/// version writes down. Nothing if they differ in size or else in their manifests, or are animations, of
/// which only the first frame would count.
std::optional<Distance> distance(const std::string& a, const std::string& b);

}  // namespace glass::viz::cli
