#include "weights/idx.hpp"

#include <algorithm>

#include "nn/files.hpp"
#include "weights/gzip.hpp"

namespace glass::inline GLASS_PRECISION::training {

namespace {

constexpr std::uint32_t images_magic = 2051, labels_magic = 2049;
/// Enough for every header, and to recognise files of other kinds.
constexpr std::uint64_t head_bytes = 512;

std::uint64_t big_endian(const std::string& bytes, std::size_t word) {
  std::uint64_t value = 0;
  for (std::size_t i = 4 * word; i < 4 * word + 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

/// The beginning of a file, which has `words` numbers, of which the first is right.
std::string read_header(const NamedBytes& file, std::uint32_t magic, std::size_t words) {
  std::string head = content(file.bytes, file.path, head_bytes);
  if (head.size() < 4 * words) {
    throw FileError(text(file.path, ": an IDX header has ", 4 * words, " bytes, found a file of ",
                         head.size()));
  }
  const std::uint64_t found = big_endian(head, 0);
  if (found != magic) {
    const bool swapped = found == images_magic || found == labels_magic;
    throw FileError(text(file.path, ": expected IDX ", magic == images_magic ? "images" : "labels",
                         " (magic ", magic, "), found magic ", found,
                         swapped ? "; are the images and the labels swapped?" : ""));
  }
  return head;
}

/// All of a file of which the header announces so many bytes.
std::string read_exactly(const NamedBytes& file, std::uint64_t expected,
                         const std::string& announced) {
  std::string bytes = content(file.bytes, file.path, expected + 1);
  if (bytes.size() == expected) return bytes;
  throw FileError(text(file.path, ": the header announces ", announced, ", in all ", expected,
                       " bytes, found ",
                       bytes.size() > expected ? "more" : std::to_string(bytes.size())));
}

}  // namespace

Dataset parse_idx(const NamedBytes& images, const NamedBytes& labels, const Shape& image_shape,
                  Index classes) {
  const std::string header = read_header(images, images_magic, 4);
  const std::uint64_t count = big_endian(header, 1);
  const std::uint64_t rows = big_endian(header, 2), columns = big_endian(header, 3);
  const Shape found{1, static_cast<Index>(rows), static_cast<Index>(columns)};
  if (count == 0 || found != image_shape) {
    throw FileError(text(images.path, ": expected at least one image of ", image_shape, ", found ",
                         count, " images of ", found));
  }
  const std::string label_header = read_header(labels, labels_magic, 2);
  if (const std::uint64_t labelled = big_endian(label_header, 1); labelled != count) {
    throw FileError(text(labels.path, ": expected a label for each of the ", count, " images of ",
                         images.path, ", found ", labelled));
  }
  const std::string label_bytes = read_exactly(labels, 8 + count, text(count, " labels"));
  const auto wrong = std::find_if(label_bytes.begin() + 8, label_bytes.end(), [&](char label) {
    return static_cast<std::uint8_t>(label) >= classes;
  });
  if (wrong != label_bytes.end()) {
    throw FileError(text(labels.path, ": expected labels from 0 to ", classes - 1, ", found ",
                         int{static_cast<std::uint8_t>(*wrong)}, " for image ",
                         wrong - label_bytes.begin() - 8, few_classes));
  }
  const std::string pixels =
      read_exactly(images, 16 + count * rows * columns, text(count, " images of ", found));
  return {found, {pixels.begin() + 16, pixels.end()}, {label_bytes.begin() + 8, label_bytes.end()}};
}

Dataset read_idx(const std::string& images_path, const std::string& labels_path,
                 const Shape& image_shape, Index classes) {
  const std::string images = nn::read_file(images_path, max_data_bytes);
  const std::string labels = nn::read_file(labels_path, max_data_bytes);
  return parse_idx({images, images_path}, {labels, labels_path}, image_shape, classes);
}

}  // namespace glass::inline GLASS_PRECISION::training
