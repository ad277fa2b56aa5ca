#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What stands in a NumPy file before its values: a magic string, a version, and a Python dictionary.
namespace glass::viz {

/// With which every NumPy file begins.
inline constexpr std::string_view npy_magic = "\x93NUMPY";
/// Of the dictionary; NumPy itself reads no more.
inline constexpr std::size_t max_npy_header = 10'000;

/// Views into the file.
struct NpyHeader {
  std::optional<std::string_view> descr;            ///< the type of the numbers, such as "<f4"
  std::optional<bool> fortran_order;                ///< columns lie together, not rows
  std::optional<std::vector<std::uint64_t>> shape;  ///< its dimensions
};

/// Splits the header off; what is left of `bytes` are the values. Throws FileError, naming `path`,
/// unless it has all three, each once, and nothing else.
NpyHeader take_npy_header(std::string_view& bytes, const std::string& path);

}  // namespace glass::viz
