#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "nn/data/dataset.hpp"

namespace glass::data {

/// What every image of CIFAR-10 has: [C,H,W].
inline const Shape cifar10_shape{3, 32, 32};

/// What its labels stand for, from 0 on.
inline const std::vector<std::string> cifar10_classes{
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

/// The images in the bytes of a file of CIFAR-10 ("binary version"; Krizhevsky, 2009), plain or
/// gzipped. The file is a row of records of 3073 bytes: the label, 0 to 9, then 1024 red, 1024 green
/// and 1024 blue pixels, row by row.
///
/// Throws FileError, one line that names `path`, what was expected and what was found, unless the
/// file holds 1 to 10000 whole records, as many as a file of CIFAR-10 has, and every label is below
/// `classes` and 10.
Dataset parse_cifar10(std::string_view file, const std::string& path, Index classes);

/// The images of several files, in this order. Throws as `parse_cifar10` does, and IoError if a file
/// cannot be read.
Dataset read_cifar10(const std::vector<std::string>& paths, Index classes);

}  // namespace glass::data
