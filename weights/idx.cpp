#include "weights/idx.hpp"

#include <algorithm>

#include "weights/gzip.hpp"

namespace glass::inline GLASS_PRECISION::training {

namespace {

constexpr std::uint32_t images_magic = 2051, labels_magic = 2049;
/// So that count x rows x columns cannot overflow 64 bits.
constexpr std::uint64_t max_side = 4096;

std::uint64_t big_endian(const std::string& bytes, std::size_t word) {
  std::uint64_t value = 0;
  for (std::size_t i = 4 * word; i < 4 * word + 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

/// Reads a file and checks its first number and that it has `words` numbers at all.
std::string read_with_header(const std::string& path, std::uint32_t magic, std::size_t words) {
  std::string bytes = read_data_file(path);
  if (bytes.size() < 4 * words) {
    throw FileError(
        text(path, ": an IDX header has ", 4 * words, " bytes, found a file of ", bytes.size()));
  }
  const std::uint64_t found = big_endian(bytes, 0);
  if (found != magic) {
    const bool swapped = found == images_magic || found == labels_magic;
    throw FileError(text(path, ": expected IDX ", magic == images_magic ? "images" : "labels",
                         " (magic ", magic, "), found magic ", found,
                         swapped ? "; are the images and the labels swapped?" : ""));
  }
  return bytes;
}

void check_size(const std::string& path, const std::string& bytes, std::uint64_t expected,
                const std::string& content) {
  if (bytes.size() == expected) return;
  throw FileError(text(path, ": the header announces ", content, ", in all ", expected,
                       " bytes, found ", bytes.size()));
}

}  // namespace

Dataset read_idx(const std::string& images_path, const std::string& labels_path, Index classes) {
  const std::string images = read_with_header(images_path, images_magic, 4);
  const std::uint64_t count = big_endian(images, 1);
  const std::uint64_t rows = big_endian(images, 2), columns = big_endian(images, 3);
  const std::string sizes = text(count, " images of ", rows, "x", columns);
  if (count == 0 || rows == 0 || columns == 0 || rows > max_side || columns > max_side) {
    throw FileError(text(images_path, ": expected at least one image of at most ", max_side, "x",
                         max_side, " pixels, found ", sizes));
  }
  check_size(images_path, images, 16 + count * rows * columns, sizes);

  const std::string labels = read_with_header(labels_path, labels_magic, 2);
  const std::uint64_t label_count = big_endian(labels, 1);
  check_size(labels_path, labels, 8 + label_count, text(label_count, " labels"));
  if (label_count != count) {
    throw FileError(text(labels_path, ": expected a label for each of the ", count, " images of ",
                         images_path, ", found ", label_count));
  }

  Dataset data{{1, static_cast<Index>(rows), static_cast<Index>(columns)},
               {images.begin() + 16, images.end()},
               {labels.begin() + 8, labels.end()}};
  const auto wrong = std::find_if(data.labels.begin(), data.labels.end(),
                                  [&](std::uint8_t label) { return label >= classes; });
  if (wrong != data.labels.end()) {
    throw FileError(text(labels_path, ": expected labels from 0 to ", classes - 1, ", found ",
                         int{*wrong}, " for image ", wrong - data.labels.begin()));
  }
  return data;
}

}  // namespace glass::inline GLASS_PRECISION::training
