#include "viz/pictures/npy_header.hpp"

#include <algorithm>
#include <charconv>

#include "autograd/error.hpp"
#include "nn/io/file_kind.hpp"
#include "nn/printable.hpp"

namespace glass::viz {

namespace {

using Sizes = std::vector<std::uint64_t>;

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

NpyHeader parse_header(std::string_view bytes, const std::string& path) {
  NpyHeader header;
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

}  // namespace

NpyHeader take_npy_header(std::string_view& bytes, const std::string& path) {
  expect(bytes.starts_with(npy_magic), path, "expected a NumPy array, found ",
         nn::file_kind_text(bytes));
  bytes.remove_prefix(npy_magic.size());
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
  expect(length <= max_npy_header, path, "expected a NumPy header of at most ", max_npy_header,
         " bytes, found ", length);
  expect(length <= bytes.size(), path, "expected a NumPy header of ", length, " bytes, found ",
         bytes.size(), " before the end of the file");
  const std::string_view header = bytes.substr(0, length);
  bytes.remove_prefix(length);
  return parse_header(header, path);
}

}  // namespace glass::viz
