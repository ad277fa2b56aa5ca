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

/// The padding of a convolution: pixels at each side; or, as `same_padding`, as many as keep the size of
/// the image, of an odd number one more below and at the right.
struct ConvPadding : Size2 {
  constexpr ConvPadding(Index both = 0) : Size2(both) {}                      ///< at all sides
  constexpr ConvPadding(Index height, Index width) : Size2(height, width) {}  ///< height first
  /// Both sizes, or "same".
  constexpr ConvPadding(Size2 size, bool keeps_size = false) : Size2(size), same(keeps_size) {}
  bool same = false;                                    ///< then the size means nothing
  bool operator==(const ConvPadding&) const = default;  ///< both are equal
};
inline constexpr ConvPadding same_padding{Size2(0), true};  ///< PyTorch's "same"

/// Whether a description may leave an argument out.
enum class Presence { optional, required };

/// One member of a struct of arguments: its name, its place, and whether it has no default.
struct Field {
  const char* name;  ///< as PyTorch calls it
  std::variant<bool*, Index*, double*, Size2*, ConvPadding*, std::string*, std::vector<Index>*>
      place;                               ///< the member
  Presence presence = Presence::optional;  ///< required: it has no default
};

/// The value that one argument has.
struct Argument {
  const char* name;  ///< as PyTorch calls it
  std::variant<bool, Index, double, Size2, ConvPadding, std::string, std::vector<Index>>
      value;          ///< in this layer
  Presence presence;  ///< required: it has no default
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

/// As Python writes them: "(1, 2)", and one alone as "1".
std::string tuple_text(const std::vector<Index>& numbers);
/// As one writes it in Python: "Conv2d(1, 16, 3, padding=1)".
std::string call_text(const std::string& type, const std::vector<Argument>& arguments);

}  // namespace glass::nn
