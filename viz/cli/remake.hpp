#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "viz/cli/manifest.hpp"

/// From a manifest, which a stranger may have written, to a command that makes an output again and can
/// do nothing else. It has only options that `is_described`, spelt as they are, and inputs that lie in
/// the folders given here and have the digest that the manifest states.
namespace glass::viz::cli {

/// Where to look for what a manifest names: by the path in it, if that is relative and goes nowhere
/// up, in the current folder and beside `file`; by the name alone there, in folders `weights` of both,
/// and in `folders`.
struct Sources {
  std::string file;                  ///< that the manifest came from; begins every message
  std::vector<std::string> folders;  ///< further ones
};

/// The words after `viz` that make an output again, and what its manifest calls the files in them. Only
/// what to write is missing: it goes after the first word, where nothing can be taken for the value of
/// something else.
struct Remade {
  std::vector<std::string> words;  ///< the first is the command
  FileNames names;                 ///< of the inputs among them
};

/// What makes the output of `manifest` again. Throws FileError if that is none that `viz` would have
/// written, or if an input is not here or another one.
Remade remake(const nlohmann::ordered_json& manifest, const Sources& sources);

}  // namespace glass::viz::cli
