#include "nn/printable.hpp"

#include <algorithm>
#include <bit>

namespace glass::nn {

namespace {

/// From the first to the last, in rising order. Unicode 15.
struct Range {
  char32_t first, last;
};
constexpr Range escaped[] = {
    {0x00, 0x1f},        {0x7f, 0x9f},        // control characters
    {0xad, 0xad},                             // the soft hyphen
    {0x34f, 0x34f},                           // a joiner without width
    {0x600, 0x605},      {0x61c, 0x61c},      // Arabic number signs; the mark of its direction
    {0x6dd, 0x6dd},      {0x70f, 0x70f},      // other signs around text that follows
    {0x890, 0x891},      {0x8e2, 0x8e2},      //
    {0x115f, 0x1160},    {0x17b4, 0x17b5},    // fillers; vowels that are not seen
    {0x180b, 0x180f},                         // Mongolian variants
    {0x200b, 0x200f},                         // no width, marks of direction
    {0x2028, 0x202e},                         // ends of lines, embedding and override
    {0x2060, 0x206f},                         // no width, isolates
    {0x3164, 0x3164},                         // a filler
    {0xd800, 0xf8ff},                         // surrogates, private use
    {0xfdd0, 0xfdef},    {0xfe00, 0xfe0f},    // no characters; variants
    {0xfeff, 0xfeff},    {0xffa0, 0xffa0},    // the byte order mark; a filler
    {0xfff0, 0xfffb},    {0xfffe, 0xffff},    // annotations; no characters
    {0x110bd, 0x110bd},  {0x110cd, 0x110cd},  // number signs
    {0x13430, 0x1343f},  {0x1bca0, 0x1bca3},  // layout of hieroglyphs and of shorthand
    {0x1d173, 0x1d17a},                       // of music
    {0x40000, 0x10ffff},                      // nothing, tags, variants, private use
};

bool is_escaped(char32_t code) {
  const Range* range = std::ranges::lower_bound(escaped, code, {}, &Range::last);
  return range != std::end(escaped) && code >= range->first;
}

/// The length in bytes of the character that `text`, which is not empty, begins with, if it is one
/// that stays; 0 if its first byte is escaped.
std::size_t bytes_that_stay(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  // 0xxxxxxx, or as many ones as there are bytes, a zero, and the first bits
  const auto ones = static_cast<std::size_t>(std::countl_one(byte(0)));
  const std::size_t count = ones == 0 ? 1 : ones;
  if (ones == 1 || count > 4 || count > text.size()) return 0;
  char32_t code = byte(0) & (0xffu >> (ones + 1));
  for (std::size_t i = 1; i < count; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3fu);
  }
  constexpr char32_t shortest[] = {0, 0, 0x80, 0x800, 0x10000};  // less is written with fewer bytes
  return code < shortest[count] || code > 0x10ffff || is_escaped(code) ? 0 : count;
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  std::string out;
  for (std::size_t shown = 0; !text.empty(); ++shown) {
    if (shown == longest) return out + "...";
    const std::size_t count = bytes_that_stay(text);
    if (count > 0) {
      out += text.substr(0, count);
    } else {
      const auto byte = static_cast<unsigned char>(text[0]);
      out += {'\\', 'x', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15]};
    }
    text.remove_prefix(std::max<std::size_t>(count, 1));
  }
  return out;
}

std::string trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  return std::string(text.substr(first, text.find_last_not_of(' ') + 1 - first));
}

std::string lower_case(std::string text) {
  for (char& c : text) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string comma_list(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
  return list;
}

}  // namespace glass::nn
