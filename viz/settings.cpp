#include "viz/settings.hpp"

#include <map>
#include <variant>

namespace glass::viz {

namespace {

/// Where the options keep it.
std::variant<double*, int*> place_of(MaximiseOptions& options, const std::string& name) {
  Regulariser& regulariser = options.regulariser;
  const std::map<std::string, std::variant<double*, int*>> places{
      {"steps", &options.steps},     {"lr", &options.lr},
      {"tv", &regulariser.tv},       {"beta", &regulariser.beta},
      {"l2", &regulariser.l2},       {"alpha-norm", &regulariser.alpha_norm},
      {"alpha", &regulariser.alpha}, {"jitter", &options.jitter},
      {"rotate", &options.rotate},   {"zoom", &options.zoom}};
  return places.at(name);
}

}  // namespace

void set_option(MaximiseOptions& options, const std::string& name, double value) {
  std::visit([&](auto* place) { *place = static_cast<std::decay_t<decltype(*place)>>(value); },
             place_of(options, name));
}

double option(MaximiseOptions options, const std::string& name) {
  return std::visit([](auto* place) { return static_cast<double>(*place); },
                    place_of(options, name));
}

}  // namespace glass::viz
