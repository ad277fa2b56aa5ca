#pragma once

#include <string>
#include <string_view>

#include "nn/module.hpp"

namespace glass::viz {

/// SHA-256 (FIPS 180-4) in 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

/// The digest of every parameter and buffer: name, then values, in order. Two equal digests prove
/// that nothing touched the weights in between.
std::string weights_sha256(const nn::Module& module);

}  // namespace glass::viz
