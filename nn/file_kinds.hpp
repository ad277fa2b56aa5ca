#pragma once

#include <string>
#include <string_view>

#include "autograd/precision.hpp"

namespace glass::inline GLASS_PRECISION::nn {

enum class FileKind { safetensors, json_weights, description };

/// How much of a file's beginning decides what it is.
inline constexpr std::size_t telling_bytes = 64;

/// Throws FileError, saying what the file is and how to go on, if its first bytes are known to be
/// those of another kind than the expected one.
void refuse_other_kinds(std::string_view first_bytes, const std::string& path, FileKind expected);

}  // namespace glass::inline GLASS_PRECISION::nn
