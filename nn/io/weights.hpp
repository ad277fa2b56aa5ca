#pragma once

#include <functional>
#include <string>
#include <vector>

#include "autograd/geometry.hpp"
#include "nn/module.hpp"

namespace glass::nn {

/// What the files of a model may hold beyond what is taken by itself, and how it will be used.
struct LoadOptions {
  bool allow_nonfinite = false;  ///< NaN and infinity among the weights
  bool allow_extra = false;      ///< tensors that the module does not have; they are left alone
  /// Of `load_model`: the pictures are so high and wide, whatever the description says; 0: what it says.
  Size2 size = 0;
  /// Is told, in one line that begins with the file, when numbers were converted.
  std::function<void(const std::string& line)> notice = {};
};

/// Reads every parameter and buffer of `module` from `path`: safetensors (F32; F16, BF16 and F64
/// are converted) or JSON ({"0.weight": {"shape": [...], "data": [...]}}), by extension.
/// `num_batches_tracked` is accepted and ignored. Throws FileError, one line, on a bad file, on keys
/// or shapes that do not match (naming all), and on weights that are not finite; IoError if the file
/// cannot be read. All of it is checked before the first value of the module changes; and the keys
/// and shapes before a value is read, or takes memory.
void load_weights(Module& module, const std::string& path, const LoadOptions& options = {});
/// Writes them, in single precision, to a temporary file that then replaces `path`. Throws FileError
/// if that would be larger than what `load_weights` reads; IoError.
void save_weights(const Module& module, const std::string& path);

}  // namespace glass::nn
