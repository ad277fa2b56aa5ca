#pragma once

#include "nn/model.hpp"

namespace glass::viz {

/// The class's name, or its index where the model has no names.
std::string class_name(const nn::Model& model, Index k);

/// The class that `word` names: by its name, by its index from 0, or, to say which, as "name:WORD" or
/// "index:K". Spaces at the ends do not count. Throws Error, listing the classes, if there is none;
/// or if the word is the name of one class and the index of another.
Index find_class(const nn::Model& model, const std::string& word);

}  // namespace glass::viz
