#include "autograd/table.hpp"

#include <algorithm>
#include <cstdio>

namespace glass {

namespace {

/// Characters that a terminal shows: no escape sequences ("\x1b[1;32m"), no continuation bytes.
std::size_t width(const std::string& cell) {
  std::size_t count = 0;
  bool escape = false;
  for (const char c : cell) {
    if (c == '\x1b') escape = true;
    if (!escape && (c & 0xc0) != 0x80) ++count;
    if (escape && c == 'm') escape = false;
  }
  return count;
}

}  // namespace

std::string formatted(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string aligned(const std::vector<std::vector<std::string>>& rows, Flush flush) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - width(row[i]), ' ');
      line += (flush == Flush::right && i > 0 ? space + row[i] : row[i] + space) + "  ";
    }
    out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return out;
}

}  // namespace glass
