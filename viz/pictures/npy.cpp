#include "viz/pictures/npy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

#include "nn/io/files.hpp"
#include "nn/io/stored_tensor.hpp"
#include "nn/printable.hpp"
#include "viz/pictures/npy_header.hpp"

namespace glass::viz {

namespace {

static_assert(std::endian::native == std::endian::little, "values are copied as they are");
/// With the magic string, the version and the header's length.
constexpr std::size_t most_head = max_npy_header + 12;

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

}  // namespace

void write_npy(const std::string& path, const Tensor& tensor) {
  std::string shape;
  for (const Index dim : tensor.shape()) shape += std::to_string(dim) + ",";
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
  // The data start at a multiple of 64: 10 bytes of preamble, the header, spaces, a newline.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';

  std::string bytes = std::string(npy_magic) + std::string("\x01\x00", 2);
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
  const NpyHeader header = take_npy_header(head, path);
  const std::uint64_t begin = head_size - head.size(), bytes = file.size() - begin;
  expect(header.descr->find('O') == std::string_view::npos, path,
         "an array of Python objects, which are programs; expected numbers");
  const auto* const format = std::ranges::find(formats, *header.descr, &Format::name);
  expect(format != std::end(formats), path, "expected numbers of type <f4, <f8 or |u1, found ",
         nn::printable(*header.descr));
  expect(!*header.fortran_order, path, "expected an array in C order, found Fortran order");

  const std::vector<std::uint64_t>& sizes = *header.shape;
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
