#include "viz/pages/tape/landmarks.hpp"

namespace glass::viz {

std::vector<const Trace::Entry*> landmarks(const Trace& trace) {
  std::vector<const Trace::Entry*> found;
  for (const Trace::Entry& entry : trace.entries()) {
    if (entry.is_leaf() ? !entry.trainable : entry.layer.empty()) continue;
    const bool same_layer = !found.empty() && !found.back()->is_leaf() && !entry.is_leaf() &&
                            found.back()->layer == entry.layer;
    if (same_layer) found.pop_back();
    found.push_back(&entry);
  }
  return found;
}

std::string place_of(const Trace::Entry& landmark) {
  return landmark.is_leaf() ? landmark.name : landmark.layer;
}

}  // namespace glass::viz
