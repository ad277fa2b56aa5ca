#include "nn/data/idx.hpp"

#include "nn/data/gzip.hpp"
#include "nn/io/big_endian.hpp"

namespace glass::data {

namespace {

constexpr std::uint32_t images_magic = 2051, labels_magic = 2049;
/// Enough for every header, and to recognise files of other kinds.
constexpr std::uint64_t head_bytes = 512;

/// The first `words` numbers of a file, of which the first must be `magic`.
std::vector<std::uint64_t> read_header(nn::InputFile& file, std::uint32_t magic,
                                       std::size_t words) {
  Content content(file);
  const std::string_view head = content.next(head_bytes);
  if (head.size() < 4 * words) {
    throw FileError(text(file.path(), ": an IDX header has ", 4 * words, " bytes, found a file of ",
                         head.size()));
  }
  const auto number = [&](std::size_t word) { return nn::big_endian(head.substr(4 * word, 4)); };
  const std::uint64_t found = number(0);
  if (found != magic) {
    const bool swapped = found == images_magic || found == labels_magic;
    throw FileError(text(file.path(), ": expected IDX ",
                         magic == images_magic ? "images" : "labels", " (magic ", magic,
                         "), found magic ", found,
                         swapped ? "; are the images and the labels swapped?" : ""));
  }
  std::vector<std::uint64_t> numbers;
  for (std::size_t word = 0; word < words; ++word) numbers.push_back(number(word));
  return numbers;
}

/// What follows a header: where it begins, and how many bytes there must be.
struct Body {
  std::uint64_t begin, size;
  std::string announced;  ///< in words
};

/// Shows `use` all of it, part by part.
template <class Use>
void read_body(nn::InputFile& file, const Body& body, Use use) {
  const std::uint64_t expected = body.begin + body.size;
  if (expected > max_data_bytes) {
    throw FileError(
        text(file.path(), ": expected at most ", max_data_bytes, " bytes, found ", expected));
  }
  Content content(file);
  std::uint64_t found = content.next(body.begin).size();
  for (std::string_view part; found <= expected; found += part.size()) {
    part = content.next(1 << 16);
    if (part.empty()) break;
    use(part);
  }
  if (found == expected) return;
  throw FileError(text(file.path(), ": the header announces ", body.announced, ", in all ",
                       expected, " bytes, found ",
                       found > expected ? "more" : std::to_string(found)));
}

/// All of it. It was looked at before, so that there is memory for no more than there is.
std::vector<std::uint8_t> load_body(nn::InputFile& file, const Body& body) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(body.size);
  read_body(file, body,
            [&](std::string_view part) { bytes.insert(bytes.end(), part.begin(), part.end()); });
  return bytes;
}

void check_labels(nn::InputFile& file, const Body& body, Index classes) {
  std::uint64_t place = 0, wrong = body.size;
  int found = 0;
  read_body(file, body, [&](std::string_view part) {
    for (const char byte : part) {
      const auto label = static_cast<std::uint8_t>(byte);
      if (label >= classes && place < wrong) {
        wrong = place;
        found = label;
      }
      ++place;
    }
  });
  if (wrong == body.size) return;
  throw FileError(text(file.path(), ": expected labels from 0 to ", classes - 1, ", found ", found,
                       " for image ", wrong, few_classes));
}

/// Where images and labels are, after both files were looked at from their beginnings to their ends.
struct Bodies {
  Body images, labels;
};

Bodies check(nn::InputFile& images, nn::InputFile& labels, const Shape& image_shape,
             Index classes) {
  const std::vector<std::uint64_t> header = read_header(images, images_magic, 4);
  const std::uint64_t count = header[1];
  const Shape found{1, static_cast<Index>(header[2]), static_cast<Index>(header[3])};
  if (count == 0 || found != image_shape) {
    throw FileError(text(images.path(), ": expected at least one image of ", image_shape,
                         ", found ", count, " images of ", found));
  }
  const std::uint64_t labelled = read_header(labels, labels_magic, 2)[1];
  if (labelled != count) {
    throw FileError(text(labels.path(), ": expected a label for each of the ", count, " images of ",
                         images.path(), ", found ", labelled));
  }
  const Body label_body{8, count, text(count, " labels")};
  check_labels(labels, label_body, classes);
  const Body image_body{16, count * header[2] * header[3], text(count, " images of ", found)};
  read_body(images, image_body, [](std::string_view) {});
  return {image_body, label_body};
}

Dataset parse(nn::InputFile& images, nn::InputFile& labels, const Shape& image_shape,
              Index classes) {
  const Bodies bodies = check(images, labels, image_shape, classes);
  return {image_shape, load_body(images, bodies.images), load_body(labels, bodies.labels)};
}

}  // namespace

Dataset parse_idx(const NamedBytes& images, const NamedBytes& labels, const Shape& image_shape,
                  Index classes) {
  nn::InputFile image_file(images.bytes, images.path), label_file(labels.bytes, labels.path);
  return parse(image_file, label_file, image_shape, classes);
}

Dataset read_idx(const std::string& images_path, const std::string& labels_path,
                 const Shape& image_shape, Index classes) {
  nn::InputFile images(images_path), labels(labels_path);
  return parse(images, labels, image_shape, classes);
}

void check_idx(const std::string& images_path, const std::string& labels_path,
               const Shape& image_shape, Index classes) {
  nn::InputFile images(images_path), labels(labels_path);
  check(images, labels, image_shape, classes);
}

}  // namespace glass::data
