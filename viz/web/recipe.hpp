#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "nn/model.hpp"

namespace glass::viz::web {

using Json = nlohmann::ordered_json;

/// How `viz maximise` makes what the page painted: the network, and the options to give, each a word
/// or a list of words, by name, as they stand in a manifest.
struct Recipe {
  std::string path;  ///< what the command calls the network's description
  Json options;
};

/// The number as short as it can be read back.
std::string shortest(double number);

/// "viz maximise weights/x.json --objective logit:3": to be copied into a shell.
std::string command_line(const Recipe& recipe);

/// The manifest of that command's picture. `description` is the file of the model's description, which
/// is read again for its digest. Throws IoError if that is not there any more.
std::string manifest(const Recipe& recipe, const nn::Model& model, const std::string& description);

}  // namespace glass::viz::web
