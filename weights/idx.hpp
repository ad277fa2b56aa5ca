#pragma once

#include <string>

#include "weights/dataset.hpp"

namespace glass::inline GLASS_PRECISION::training {

/// Reads a pair of IDX files, plain or gzipped (LeCun, Cortes and Burges, 1998; MNIST and
/// Fashion-MNIST). All numbers are 32 bits, big-endian:
///
///     images: 2051, count, rows, columns, then count x rows x columns bytes
///     labels: 2049, count, then count bytes
///
/// Throws FileError, one line that names the file, what was expected and what was found, unless
/// both files are exactly that, their counts are equal and every label is below `classes`.
Dataset read_idx(const std::string& images_path, const std::string& labels_path, Index classes);

}  // namespace glass::inline GLASS_PRECISION::training
