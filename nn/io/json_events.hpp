#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "autograd/precision.hpp"

/// JSON that may be hostile, read as a stream, so that its reader decides what is kept.
namespace glass::nn {

/// What a JSON value is; `whole` is a number without sign, point and exponent, up to 2^64 - 1.
enum class JsonKind { null, boolean, whole, number, string, list, object };

/// A value that is neither a list nor an object.
struct JsonScalar {
  JsonKind kind = JsonKind::null;  ///< which of the following counts
  std::uint64_t whole = 0;         ///< of a whole number, written without sign, point and exponent
  double number = 0;               ///< of any number; of a boolean 0 or 1
  float single = 0;                ///< the same in single precision, rounded once; may be infinite
  std::string text = {};           ///< of a string
};

/// Is told what `read_json` finds, in the order of the text; throws to end the reading. As it is, it
/// keeps nothing.
class JsonEvents {
 public:
  virtual ~JsonEvents() = default;
  virtual void scalar(JsonScalar&&) {}     ///< a value
  virtual void begin(JsonKind) {}          ///< a list or an object opens
  virtual void key(const std::string&) {}  ///< of the value that follows
  virtual void end() {}                    ///< the list or object that opened last closes
};

/// What is refused as hostile.
struct JsonLimits {
  int depth = 8;                              ///< of lists and objects in each other
  std::size_t values = std::size_t{1} << 18;  ///< of all kinds, nested ones included
  std::size_t word = std::size_t{1} << 20;    ///< bytes of a name, a string or a number
};

/// Reads all of `text`: one value, UTF-8, with no byte order mark, no NUL byte, no key twice in one
/// object (however it is spelt) and nothing after the value. Throws FileError, one line that begins
/// with `path`.
void read_json(std::string_view text, const std::string& path, JsonEvents& events,
               const JsonLimits& limits = {});

/// The same, when only these properties matter.
inline void check_json(std::string_view text, const std::string& path,
                       const JsonLimits& limits = {}) {
  JsonEvents nobody;
  read_json(text, path, nobody, limits);
}

}  // namespace glass::nn
