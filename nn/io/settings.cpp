#include "nn/io/settings.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/error.hpp"

namespace glass::nn {

bool Setting::allows(double value) const {
  return value >= low && value <= high && (!whole || std::trunc(value) == value);
}

std::string Setting::range() const {
  return text(whole ? "a whole number" : "a number", " from ", low, " to ", high);
}

const std::vector<Setting>& maximise_settings() {
  static const std::vector<Setting> all{{"steps", 0, 1e6, true}, {"lr", 0, 1000},
                                        {"tv", 0, 1e6},          {"beta", 0.1, 10},
                                        {"l2", 0, 1e6},          {"alpha-norm", 0, 1e6},
                                        {"alpha", 1, 100},       {"jitter", 0, 1000, true},
                                        {"rotate", 0, 180},      {"zoom", 0, 0.9},
                                        {"init-noise", 0, 10}};
  return all;
}

const Setting& maximise_setting(const std::string& name) {
  return *std::ranges::find(maximise_settings(), name, &Setting::name);
}

}  // namespace glass::nn
