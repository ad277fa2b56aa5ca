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
namespace glass::nn {

/// Whether a description may leave an argument out.
enum class Presence { optional, required };

/// One member of a struct of arguments: its name, its place, and whether it has no default.
struct Field {
  const char* name;                                    ///< as PyTorch calls it
  std::variant<bool*, Index*, double*, Size2*> place;  ///< the member
  Presence presence = Presence::optional;              ///< required: it has no default
};

/// The value that one argument has.
struct Argument {
  const char* name;                                ///< as PyTorch calls it
  std::variant<bool, Index, double, Size2> value;  ///< in this layer
  Presence presence;                               ///< required: it has no default
};

/// The arguments without default, and those that differ from their default.
std::vector<Argument> list_arguments(const std::vector<Field>& fields,
                                     const std::vector<Field>& defaults);
/// The same for one struct of arguments.
template <class Arguments>
std::vector<Argument> list_arguments(Arguments arguments) {
  Arguments defaults;
  return list_arguments(arguments.fields(), defaults.fields());
}

/// As one writes it in Python: "Conv2d(1, 16, 3, padding=1)".
std::string call_text(const std::string& type, const std::vector<Argument>& arguments);

}  // namespace glass::nn
