#pragma once

#include <string>
#include <vector>

#include "autograd/precision.hpp"

namespace glass::nn {

/// An option of `viz maximise` that a description may recommend, and the values that it takes, there
/// as on the command line.
struct Setting {
  std::string name;    ///< without "--"
  double low, high;    ///< both allowed
  bool whole = false;  ///< only whole numbers

  bool allows(double value) const;  ///< of this option
  std::string range() const;        ///< "a number from 0.1 to 10"
};

/// All of them.
const std::vector<Setting>& maximise_settings();
/// The one of this name, which must exist.
const Setting& maximise_setting(const std::string& name);

}  // namespace glass::nn
