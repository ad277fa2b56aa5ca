#include "viz/settings.hpp"

#include <map>

namespace glass::viz {

void set_option(MaximiseOptions& options, const std::string& name, double value) {
  Regulariser& regulariser = options.regulariser;
  const std::map<std::string, double*> numbers{{"lr", &options.lr},
                                               {"tv", &regulariser.tv},
                                               {"beta", &regulariser.beta},
                                               {"l2", &regulariser.l2},
                                               {"alpha-norm", &regulariser.alpha_norm},
                                               {"alpha", &regulariser.alpha},
                                               {"rotate", &options.rotate},
                                               {"zoom", &options.zoom}};
  const std::map<std::string, int*> counts{{"steps", &options.steps}, {"jitter", &options.jitter}};
  if (const auto number = numbers.find(name); number != numbers.end()) {
    *number->second = value;
  } else {
    *counts.at(name) = static_cast<int>(value);
  }
}

}  // namespace glass::viz
