#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

/// As much of Markdown as the tests of the documentation read.
namespace markdown {

namespace fs = std::filesystem;

/// ```cpp ... ```
struct Block {
  std::string language, text;
  std::string comment;  ///< of the line above, <!-- comment -->; may be empty
  int line;             ///< of the file: the first of the text
};

struct Link {
  std::string text, target;
  bool picture;  ///< ![text](target)
};

struct Page {
  fs::path path;
  std::vector<Block> blocks;
  std::string prose;  ///< all that is outside of blocks of code
  std::vector<std::string> headings;
};

inline Page read_page(const fs::path& path) {
  Page page{path, {}, {}, {}};
  std::ifstream file(path);
  bool inside = false;
  std::string before;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (!inside) continue;
      const bool commented = before.starts_with("<!-- ") && before.ends_with(" -->");
      page.blocks.push_back(
          {line.substr(3), "", commented ? before.substr(5, before.size() - 9) : "", number + 1});
    } else if (inside) {
      page.blocks.back().text += line + '\n';
    } else {
      if (line.starts_with("#")) page.headings.push_back(line.substr(line.find(' ') + 1));
      page.prose += (line.starts_with("    ") ? "" : line) + '\n';
    }
    before = line;
  }
  return page;
}

/// README.md and all pages of docs/ and weights/, in the order of their paths.
inline std::vector<Page> pages(const fs::path& root) {
  std::vector<fs::path> paths{root / "README.md"};
  for (const char* folder : {"docs", "weights"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() == ".md") paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin() + 1, paths.end());
  std::vector<Page> all;
  for (const fs::path& path : paths) all.push_back(read_page(path));
  return all;
}

/// The links of a page, outside of code.
inline std::vector<Link> links(const Page& page) {
  std::vector<Link> found;
  const std::string& prose = page.prose;
  for (std::size_t middle = 0; (middle = prose.find("](", middle)) != prose.npos; ++middle) {
    std::size_t begin = middle;
    for (int depth = 1; depth > 0 && begin-- > 0;) {
      depth += (prose[begin] == ']') - (prose[begin] == '[');
    }
    const std::size_t end = prose.find(')', middle);
    found.push_back({prose.substr(begin + 1, middle - begin - 1),
                     prose.substr(middle + 2, end - middle - 2),
                     begin > 0 && prose[begin - 1] == '!'});
  }
  return found;
}

/// The spans `like this` of a page's prose.
inline std::vector<std::string> code_spans(const Page& page) {
  std::vector<std::string> spans;
  std::istringstream parts(page.prose);
  bool code = false;
  for (std::string part; std::getline(parts, part, '`'); code = !code) {
    if (code) spans.push_back(part);
  }
  return spans;
}

/// What a heading is called in links: small letters, blanks as hyphens, without punctuation.
inline std::string anchor(const std::string& heading) {
  std::string out;
  for (const char c : heading) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ||
                        static_cast<unsigned char>(c) > 127;
    if (letter) out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ' ') out += '-';
  }
  return out;
}

inline std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) all.push_back(line);
  return all;
}

/// Without blanks at its ends.
inline std::string trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin == line.npos ? "" : line.substr(begin, line.find_last_not_of(' ') - begin + 1);
}

}  // namespace markdown
