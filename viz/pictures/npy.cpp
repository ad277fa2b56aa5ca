#include "viz/pictures/npy.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <optional>
#include <string_view>

#include "nn/io/file_kind.hpp"
#include "nn/io/files.hpp"
#include "nn/io/stored_tensor.hpp"
#include "nn/printable.hpp"

namespace glass::viz {

namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they are");
constexpr std::string_view magic = "\x93NUMPY";
/// Of the header; NumPy itself reads no more.
constexpr std::size_t max_header = 10'000;
/// With the magic string, the version and the header's length.
constexpr std::size_t most_head = max_header + 12;
using Sizes = std::vector<std::uint64_t>;

template <class Number>
real load(const char* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof number);
  return static_cast<real>(number);
}

real pixel(const char* byte) { return load<std::uint8_t>(byte) / 255; }

/// A number format by NumPy's name.
struct Format {
  std::string_view name;
  std::size_t bytes;
  real (*to_real)(const char* bytes);
};

constexpr Format formats[] = {{"<f4", 4, load<float>}, {"<f8", 8, load<double>}, {"|u1", 1, pixel}};

/// Reads the few Python literals that a header is made of.
class Literals {
 public:
  Literals(std::string_view header, const std::string& path) : rest_(header), path_(path) {}

  bool accept(std::string_view token) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \n"), rest_.size()));
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }
  void take(std::string_view token) {
    if (!accept(token)) fail(token, rest_);
  }

  std::string_view string() {
    const std::string_view quote = accept("\"") ? "\"" : "'";
    if (quote == "'" && !accept(quote)) fail("a string", rest_);
    const std::string_view content = rest_.substr(0, rest_.find(quote));
    rest_.remove_prefix(content.size());
    take(quote);
    return content;
  }

  bool boolean() {
    if (accept("True")) return true;
    take("False");
    return false;
  }

  /// "(2, 3)", "(2,)"
  Sizes sizes() {
    Sizes list;
    take("(");
    while (!accept(")")) {
      list.push_back(size());
      if (accept(",")) continue;
      take(")");
      break;
    }
    return list;
  }

  void end() {
    accept("");
    if (!rest_.empty()) fail("the end", rest_);
  }

  [[noreturn]] void fail(std::string_view expected, std::string_view found) const {
    throw FileError(text(path_, ": NumPy header: expected ", expected, ", found '",
                         nn::printable(found.substr(0, 20)), "'"));
  }

 private:
  std::uint64_t size() {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) fail("a dimension", rest_);
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::string_view rest_;
  const std::string& path_;
};

struct Header {
  std::optional<std::string_view> descr;
  std::optional<bool> fortran_order;
  std::optional<Sizes> shape;
};

Header parse_header(std::string_view bytes, const std::string& path) {
  Header header;
  Literals in(bytes, path);
  in.take("{");
  while (!in.accept("}")) {
    const std::string_view key = in.string();
    in.take(":");
    if (key == "descr" && !header.descr) {
      header.descr = in.string();
    } else if (key == "fortran_order" && !header.fortran_order) {
      header.fortran_order = in.boolean();
    } else if (key == "shape" && !header.shape) {
      header.shape = in.sizes();
    } else {
      in.fail("descr, fortran_order and shape, each once", key);
    }
    if (in.accept(",")) continue;
    in.take("}");
    break;
  }
  in.end();
  expect(header.descr && header.fortran_order && header.shape, path,
         "NumPy header: expected descr, fortran_order and shape, found fewer");
  return header;
}

/// Splits the header off; what is left of `bytes` are the values.
std::string_view take_header(std::string_view& bytes, const std::string& path) {
  expect(bytes.starts_with(magic), path, "expected a NumPy array, found ",
         nn::file_kind_text(bytes));
  bytes.remove_prefix(magic.size());
  const auto byte = [&](std::size_t i) {
    expect(i < bytes.size(), path, "expected a NumPy header, found the end of the file");
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t major = byte(0), minor = byte(1);
  expect((major == 1 || major == 2) && minor == 0, path,
         "expected NumPy format version 1.0 or 2.0, found ", major, ".", minor);
  std::size_t length = byte(2) | byte(3) << 8;
  if (major == 2) length |= byte(4) << 16 | byte(5) << 24;
  bytes.remove_prefix(major == 1 ? 4 : 6);
  expect(length <= max_header, path, "expected a NumPy header of at most ", max_header,
         " bytes, found ", length);
  expect(length <= bytes.size(), path, "expected a NumPy header of ", length, " bytes, found ",
         bytes.size(), " before the end of the file");
  const std::string_view header = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return header;
}

}  // namespace

void write_npy(const std::string& path, const Tensor& tensor) {
  std::string shape;
  for (const Index dim : tensor.shape()) shape += std::to_string(dim) + ",";
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
  // The data start at a multiple of 64: 10 bytes of preamble, the header, spaces, a newline.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';

  std::string bytes = std::string(magic) + std::string("\x01\x00", 2);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  for (const real value : tensor.values()) {
    const auto single = static_cast<float>(value);
    bytes.append(reinterpret_cast<const char*>(&single), sizeof single);
  }
  nn::write_file(path, bytes);
}

namespace {

/// Calls `use` with each number of a file from the byte `begin` on, in order.
template <class Use>
void for_each_number(nn::InputFile& file, std::uint64_t begin, const Format& format, Use use) {
  constexpr std::uint64_t together = 1 << 16;  // a multiple of every format's size
  for (; begin < file.size(); begin += together) {
    const std::string_view bytes = file.part(begin, together);
    for (std::size_t at = 0; at < bytes.size(); at += format.bytes) {
      use(format.to_real(bytes.data() + at));
    }
  }
}

/// All is checked before there is a tensor.
Tensor read(nn::InputFile& file, const AcceptShape& accept) {
  const std::string& path = file.path();
  std::string_view head = file.first(most_head);
  const std::size_t head_size = head.size();
  const Header header = parse_header(take_header(head, path), path);
  const std::uint64_t begin = head_size - head.size(), bytes = file.size() - begin;
  expect(header.descr->find('O') == std::string_view::npos, path,
         "an array of Python objects, which are programs; expected numbers");
  const auto* const format = std::ranges::find(formats, *header.descr, &Format::name);
  expect(format != std::end(formats), path, "expected numbers of type <f4, <f8 or |u1, found ",
         nn::printable(*header.descr));
  expect(!*header.fortran_order, path, "expected an array in C order, found Fortran order");

  const Sizes& sizes = *header.shape;
  const auto count = nn::element_count(sizes);
  expect(!sizes.empty() && sizes.size() <= Shape::max_rank && count && *count > 0, path,
         "expected 1 to ", Shape::max_rank, " dimensions with at least one element, found ",
         nn::printable(nn::shape_text(sizes)));
  expect(bytes % format->bytes == 0 && bytes / format->bytes == *count, path, "expected ", *count,
         " values of ", format->bytes, " bytes for shape ", nn::printable(nn::shape_text(sizes)),
         ", found ", bytes, " bytes");
  const Shape shape(sizes.begin(), sizes.end());
  if (accept) accept(shape);
  Index place = 0;
  for_each_number(file, begin, *format, [&](real value) {
    expect(std::isfinite(value), path, "expected finite float32 numbers, found ", value,
           " for number ", place);
    ++place;
  });
  const Tensor tensor = Tensor::empty(shape);
  real* to = tensor.mutable_values().data();
  real* const end = to + tensor.size();
  for_each_number(file, begin, *format, [&](real value) {
    if (to != end) *to++ = value;
  });
  return tensor;
}

}  // namespace

Tensor parse_npy(std::string_view bytes, const std::string& path) {
  nn::InputFile file(bytes, path);
  return read(file, {});
}

Tensor read_npy(const std::string& path, const AcceptShape& accept) {
  nn::InputFile file(path);
  file.expect_at_most(max_npy_bytes);
  return read(file, accept);
}

}  // namespace glass::viz
