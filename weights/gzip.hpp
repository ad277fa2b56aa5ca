#pragma once

#include <string>

#include "autograd/precision.hpp"

namespace glass::inline GLASS_PRECISION::training {

/// The content of a data file, decompressed if it is gzip: its first bytes tell, not its name,
/// because browsers unpack downloads without renaming them. Throws IoError if the file cannot be
/// read, FileError if it is empty, a web page, or not one intact gzip stream from its first byte
/// to its last.
std::string read_data_file(const std::string& path);

}  // namespace glass::inline GLASS_PRECISION::training
