#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "run_program.hpp"

namespace {

namespace fs = std::filesystem;

struct Link {
  std::string text, target;
};

/// [text](target), outside of blocks of code.
std::vector<Link> links_of(const std::string& markdown) {
  std::vector<Link> links;
  bool code = false;
  std::string prose;
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) code = !code;
    if (!code && !line.starts_with("    ")) prose += line + '\n';
  }
  for (std::size_t middle = 0; (middle = prose.find("](", middle)) != prose.npos; ++middle) {
    std::size_t begin = middle;
    for (int depth = 1; depth > 0 && begin-- > 0;) {
      depth += (prose[begin] == ']') - (prose[begin] == '[');
    }
    const std::size_t end = prose.find(')', middle);
    links.push_back(
        {prose.substr(begin + 1, middle - begin - 1), prose.substr(middle + 2, end - middle - 2)});
  }
  return links;
}

std::string line_of(const fs::path& file, int number) {
  std::ifstream lines(file);
  std::string line;
  for (int i = 0; i < number; ++i) std::getline(lines, line);
  return line;
}

std::vector<fs::path> pages() {
  const fs::path root = GLASS_SOURCE_DIR;
  std::vector<fs::path> all{root / "README.md"};
  for (const char* folder : {"docs", "weights"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() == ".md") all.push_back(entry.path());
    }
  }
  return all;
}

}  // namespace

TEST_CASE("every link in the documentation leads to a file, and to the line that it quotes") {
  int quotes = 0;
  for (const fs::path& page : pages()) {
    for (const Link& link : links_of(slurp(page.string()))) {
      if (link.target.starts_with("http") || link.target.starts_with("#")) continue;
      const std::size_t hash = link.target.find('#');
      const fs::path file = page.parent_path() / link.target.substr(0, hash);
      CHECK_MESSAGE(fs::exists(file), page.filename().string(), ": ", link.target);
      if (hash == link.target.npos || link.target[hash + 1] != 'L') continue;
      const std::string line = line_of(file, std::atoi(link.target.c_str() + hash + 2));
      const std::string quote = link.text.substr(1, link.text.size() - 2);  // less the `
      CHECK_MESSAGE(line.find(quote) != line.npos, page.filename().string(), ": ", link.target,
                    " does not say ", quote);
      ++quotes;
    }
  }
  CHECK(quotes > 20);
}
