#pragma once

#include <string>
#include <vector>

#include "weights/dataset.hpp"

namespace glass::inline GLASS_PRECISION::training {

/// What every image of CIFAR-10 has: [C,H,W].
inline const Shape cifar10_shape{3, 32, 32};

/// Reads CIFAR-10 files ("binary version"; Krizhevsky, 2009), plain or gzipped, in this order. A
/// file is a row of records of 3073 bytes: the label, 0 to 9, then 1024 red, 1024 green and 1024
/// blue pixels, row by row.
///
/// Throws FileError, one line that names the file, what was expected and what was found, unless
/// every file holds one or more whole records and every label is below `classes` and 10.
Dataset read_cifar10(const std::vector<std::string>& paths, Index classes);

}  // namespace glass::inline GLASS_PRECISION::training
