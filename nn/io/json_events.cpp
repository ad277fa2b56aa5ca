#include "nn/io/json_events.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "autograd/error.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

using Json = nlohmann::json;

/// The parser keeps several copies of the word that it reads.
void refuse_long_words(std::string_view text, const std::string& path, std::size_t longest) {
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i - begin > longest) {
      throw FileError(glass::text(path, ": a word of more than ", longest, " bytes"));
    }
    if (text[i] == '"') {
      quoted = !quoted;
      begin = i;
    } else if (!quoted) {
      if (std::string_view(",:[]{}").find(text[i]) != std::string_view::npos) begin = i;
    } else if (text[i] == '\\') {
      ++i;
    }
  }
}

/// Stands between nlohmann's parser, whose interface this is, and the events.
class Guard final : public Json::json_sax_t {
 public:
  Guard(const std::string& path, JsonEvents& events, const JsonLimits& limits)
      : path_(path), events_(events), limits_(limits) {}

  bool null() override { return scalar({.kind = JsonKind::null}); }
  bool boolean(bool value) override {
    return scalar({.kind = JsonKind::boolean, .number = value ? 1.0 : 0.0});
  }
  /// Has a minus sign.
  bool number_integer(number_integer_t value) override {
    if (value == 0) return scalar({.kind = JsonKind::number, .number = -0.0, .single = -0.0f});
    return scalar({.kind = JsonKind::number,
                   .number = static_cast<double>(value),
                   .single = static_cast<float>(value)});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return scalar({.kind = JsonKind::whole,
                   .whole = value,
                   .number = static_cast<double>(value),
                   .single = static_cast<float>(value)});
  }
  bool number_float(number_float_t value, const string_t& digits) override {
    return scalar({.kind = JsonKind::number,
                   .number = value,
                   .single = std::strtof(digits.c_str(), nullptr)});
  }
  bool string(string_t& value) override {
    return scalar({.kind = JsonKind::string, .text = std::move(value)});
  }
  bool binary(binary_t&) override { return false; }  // not in text

  bool start_object(std::size_t) override {
    begin(JsonKind::object);
    return true;
  }
  bool key(string_t& name) override {
    if (!keys_.back().insert(name).second) {
      throw FileError(path_ + ": key '" + printable(name) + "' appears twice in one object");
    }
    events_.key(name);
    return true;
  }
  bool end_object() override { return end(); }
  bool start_array(std::size_t) override {
    begin(JsonKind::list);
    return true;
  }
  bool end_array() override { return end(); }

  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, ..." less the part in brackets
    const std::string_view message = error.what();
    throw FileError(path_ + ": not JSON: " + printable(message.substr(message.find(']') + 2)));
  }

 private:
  void count() {
    if (++values_ > limits_.values) {
      throw FileError(text(path_, ": more than ", limits_.values, " values"));
    }
  }
  bool scalar(JsonScalar&& value) {
    count();
    events_.scalar(std::move(value));
    return true;
  }
  void begin(JsonKind kind) {
    count();
    if (keys_.size() == static_cast<std::size_t>(limits_.depth)) {
      throw FileError(text(path_, ": nested deeper than ", limits_.depth));
    }
    keys_.emplace_back();
    events_.begin(kind);
  }
  bool end() {
    keys_.pop_back();
    events_.end();
    return true;
  }

  const std::string& path_;
  JsonEvents& events_;
  const JsonLimits& limits_;
  std::size_t values_ = 0;
  std::vector<std::set<std::string>> keys_;  ///< of each list or object that is open
};

}  // namespace

void read_json(std::string_view text, const std::string& path, JsonEvents& events,
               const JsonLimits& limits) {
  if (text.starts_with("\xef\xbb\xbf")) throw FileError(path + ": begins with a byte order mark");
  if (text.find('\0') != text.npos) throw FileError(path + ": JSON with a NUL byte in it");
  refuse_long_words(text, path, limits.word);
  Guard guard(path, events, limits);
  Json::sax_parse(text, &guard);
}

}  // namespace glass::nn
