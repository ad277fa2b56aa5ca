#pragma once

#include <string>
#include <vector>

#include "nn/module.hpp"

namespace glass::inline GLASS_PRECISION::nn {

/// Reads every parameter and buffer of `module` from `path`: safetensors (F32; F16, BF16 and F64
/// are converted) or JSON ({"0.weight": {"shape": [...], "data": [...]}}), by extension.
/// Throws FileError, one line, on a bad file or if keys or shapes do not match; the module is then
/// unchanged. `num_batches_tracked` is accepted and ignored.
void load_weights(Module& module, const std::string& path);
/// Writes them, in single precision, to a temporary file that then replaces `path`.
void save_weights(const Module& module, const std::string& path);

}  // namespace glass::inline GLASS_PRECISION::nn
