#pragma once

#include "nn/model.hpp"

namespace glass::inline GLASS_PRECISION::viz {

/// The class's name, or its index where the model has no names.
std::string class_name(const nn::Model& model, Index k);

/// The class that `word` names: by its name or its index. Throws Error, listing the classes.
Index find_class(const nn::Model& model, const std::string& word);

}  // namespace glass::inline GLASS_PRECISION::viz
