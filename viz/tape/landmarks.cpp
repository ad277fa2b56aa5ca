#include "viz/tape/landmarks.hpp"

namespace glass::inline GLASS_PRECISION::viz {

std::vector<const Tape::Entry*> landmarks(const Tape& tape) {
  std::vector<const Tape::Entry*> found;
  for (const Tape::Entry& entry : tape.entries()) {
    if (entry.is_leaf() ? !entry.trainable : entry.layer.empty()) continue;
    const bool same_layer = !found.empty() && !found.back()->is_leaf() && !entry.is_leaf() &&
                            found.back()->layer == entry.layer;
    if (same_layer) found.pop_back();
    found.push_back(&entry);
  }
  return found;
}

std::string place_of(const Tape::Entry& landmark) {
  return landmark.is_leaf() ? landmark.name : landmark.layer;
}

}  // namespace glass::inline GLASS_PRECISION::viz
