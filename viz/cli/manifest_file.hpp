#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "autograd/precision.hpp"

/// Manifests as they come back out of files, which a stranger may have written.
namespace glass::viz::cli {

/// Of the larger outputs and inputs, .npy, in bytes.
inline constexpr std::uint64_t largest_file = std::uint64_t{256} << 20;

/// The manifest of a file that `viz` wrote: a PNG, a .npy file or the .json beside it, or an .html
/// page. Throws FileError if it is in a newer format, or unless it has command, options, files and
/// output, each of its type; whether they make sense, `remake` knows.
nlohmann::ordered_json read_manifest(const std::string& path);

/// The data of a page that `viz` wrote. Throws FileError if it is something else.
nlohmann::ordered_json data_of_page(const std::string& path);

}  // namespace glass::viz::cli
