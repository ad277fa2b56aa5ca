#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#include "autograd/precision.hpp"

namespace glass {

/// Base of everything this library throws on purpose. The message is one line that names the
/// operation or file, what was expected and what was found.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// An operation was given tensors that do not fit each other, or impossible options.
struct ShapeError : Error {
  using Error::Error;
};

/// The tape was used in a way it cannot serve: nothing trainable, already released, ...
struct GraphError : Error {
  using Error::Error;
};

/// A file was read, but its content is not what it should be. Programs exit with 3.
struct FileError : Error {
  using Error::Error;
};

/// The operating system refused to read or write. Programs exit with 4.
struct IoError : Error {
  using Error::Error;
};

/// Concatenates anything printable: `text("got ", shape)`.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  out.exceptions(std::ios::badbit);  // a stream without memory would rather cut the text in silence
  (out << ... << parts);
  return out.str();
}

/// Throws ShapeError with the concatenated message unless `ok`; builds the message only then.
template <class... Parts>
void require(bool ok, const Parts&... parts) {
  if (!ok) throw ShapeError(text(parts...));
}

/// Throws FileError with "where: " and the concatenated message unless `ok`; `where` is the file, or
/// the file and the place in it.
template <class... Parts>
void expect(bool ok, const std::string& where, const Parts&... parts) {
  if (!ok) throw FileError(text(where, ": ", parts...));
}

}  // namespace glass
