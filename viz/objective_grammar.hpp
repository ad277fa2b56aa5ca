#pragma once

#include <functional>
#include <string>
#include <vector>

namespace glass::viz {

/// What a term of an objective is about; `Objective` says what each means.
enum class TermKind {
  logit,
  logprob,
  softmax,
  neuron,
  channel,
  layer,
  direction,
  diversity,
  variety
};

/// True of the kinds that are about a class.
inline bool is_of_class(TermKind kind) { return kind <= TermKind::softmax; }

/// A term before a model gives it a meaning, such as " - 0.5*channel:conv2:5".
struct TermWords {
  std::string words;       ///< all of it, with the sign and the spaces before it
  double weight;           ///< with its sign
  TermKind kind;           ///< what it is about
  std::string target;      ///< "conv2:5"
  std::size_t begin, end;  ///< of the target, in the expression
};

/// The terms of an expression,
///
///     expression = term { sign term }        term = [ sign ] [ weight "*" ] kind ":" target
///
/// The head of a term, all but its target, is recognised anywhere, and whatever lies between two heads
/// is the target of the first: so names of classes may contain signs and spaces. Throws Error if there
/// is no head at the beginning, and for a weight that single precision does not hold.
std::vector<TermWords> split_objective(const std::string& expression);

/// "channel"
std::string name_of(TermKind kind);

/// The expression with `renamed(path)` in place of each path that a direction in it names, from left to
/// right. Reads no file. Throws as `split_objective` does.
std::string with_files(const std::string& expression,
                       const std::function<std::string(const std::string&)>& renamed);

}  // namespace glass::viz
