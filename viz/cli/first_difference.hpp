#pragma once

#include <string>

namespace glass::viz::cli {

/// Where two outputs of `viz`, files with the same extension, differ first, in words.
std::string first_difference(const std::string& a, const std::string& b);

}  // namespace glass::viz::cli
