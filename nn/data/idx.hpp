#pragma once

#include <string>
#include <string_view>

#include "nn/data/dataset.hpp"

namespace glass::data {

/// The bytes of a file, and the path that messages call it by.
struct NamedBytes {
  std::string_view bytes;   ///< all of them
  const std::string& path;  ///< must outlive this
};

/// A data set from a pair of IDX files, plain or gzipped (LeCun, Cortes and Burges, 1998; MNIST and
/// Fashion-MNIST). All numbers are 32 bits, big-endian:
///
///     images: 2051, count, rows, columns, then count x rows x columns bytes
///     labels: 2049, count, then count bytes
///
/// Throws FileError, one line that names the file, what was expected and what was found, unless
/// both files are exactly that, images have the shape [1,rows,columns] = `image_shape`, the counts
/// are equal and every label is below `classes`. Nothing is unpacked that the headers do not
/// announce, and nothing kept before both files were looked at from beginning to end.
Dataset parse_idx(const NamedBytes& images, const NamedBytes& labels, const Shape& image_shape,
                  Index classes);

/// `parse_idx` of two files. Throws IoError if they cannot be read.
Dataset read_idx(const std::string& images_path, const std::string& labels_path,
                 const Shape& image_shape, Index classes);

/// Throws as `read_idx` does, and keeps nothing.
void check_idx(const std::string& images_path, const std::string& labels_path,
               const Shape& image_shape, Index classes);

}  // namespace glass::data
