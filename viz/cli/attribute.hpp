#pragma once

#include <string>

namespace glass::viz::cli {

/// True if --baseline names a picture.
bool is_baseline_file(const std::string& word);

}  // namespace glass::viz::cli
