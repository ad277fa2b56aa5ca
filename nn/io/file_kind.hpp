#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "autograd/precision.hpp"

namespace glass::nn {

/// A kind of file that its first bytes give away.
struct FileKind {
  const char* name;         ///< such as "a JPEG image"
  const char* advice;       ///< follows the name where weights were expected; may be empty
  bool is_picture = false;  ///< of a kind that programs convert to PNG or JPEG
};

/// How many bytes decide.
inline constexpr std::size_t telling_bytes = 512;

/// The kind of file that begins with these bytes; nothing if they are of no kind known here.
std::optional<FileKind> file_kind(std::string_view first_bytes);

/// For the end of a message: the kind's name, "an empty file", or "a file that begins with 'hello'".
std::string file_kind_text(std::string_view first_bytes);

/// The files that networks are made from.
enum class ModelFile { safetensors, json_weights, description };

/// Throws FileError, saying what the file is and how to go on, if its first bytes are known to be
/// those of another kind than the expected one.
void refuse_other_kinds(std::string_view first_bytes, const std::string& path, ModelFile expected);

}  // namespace glass::nn
