#pragma once

#include <string>
#include <vector>

#include "autograd/precision.hpp"

namespace glass::nn {

/// For the end of a message about a `word` that is none of the `known` ones: "; did you mean conv2?",
/// with the known word that is nearest, or nothing if none is near. A mistake is a letter too many, one
/// too few, another one, or two that changed places (Damerau and Levenshtein's distance, of which this
/// is the variant that edits no letter twice); one in three letters may be wrong. The beginning of a
/// word is one mistake away from the whole, and upper case none from lower case. Numbers have no
/// neighbours.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

}  // namespace glass::nn
