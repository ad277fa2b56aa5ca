#pragma once

#include <string>
#include <variant>
#include <vector>

#include "autograd/geometry.hpp"

/// A layer is constructed from a struct whose members are named as the arguments of PyTorch's
/// constructor, and which lists them once, in `fields()`:
///
///     struct DropoutArguments {
///       double p = 0.5;
///       std::vector<Field> fields() { return {{"p", &p}}; }
///     };
///
/// Model descriptions are read and written, and layers printed, from that list alone.
namespace glass::inline GLASS_PRECISION::nn {

enum class Presence { optional, required };

/// One member of a struct of arguments: its name, its place, and whether it has no default.
struct Field {
  const char* name;
  std::variant<bool*, Index*, double*, Size2*> place;
  Presence presence = Presence::optional;
};

/// The value that one argument has.
struct Argument {
  const char* name;
  std::variant<bool, Index, double, Size2> value;
  Presence presence;
};

/// The arguments without default, and those that differ from their default.
std::vector<Argument> list_arguments(const std::vector<Field>& fields,
                                     const std::vector<Field>& defaults);
template <class Arguments>
std::vector<Argument> list_arguments(Arguments arguments) {
  Arguments defaults;
  return list_arguments(arguments.fields(), defaults.fields());
}

/// As one writes it in Python: "Conv2d(1, 16, 3, padding=1)".
std::string call_text(const std::string& type, const std::vector<Argument>& arguments);

}  // namespace glass::inline GLASS_PRECISION::nn
