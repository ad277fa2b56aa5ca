#pragma once

#include "viz/objective.hpp"

/// What --class and --objective may say, and what it means: the same for every command.
namespace glass::viz::cli {

/// For the help of the two options.
extern const char *const class_help, *const objective_help;

/// The objective that --class and --objective ask for. Throws UsageError unless they make one.
Objective objective_of(const std::string& classes, const std::string& words,
                       const nn::Model& model);
/// How to ask for the logits where `words` after --objective asks for probabilities.
std::string logit_instead(const std::string& words);

}  // namespace glass::viz::cli
