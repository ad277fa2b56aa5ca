#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "docs/markdown.hpp"
#include "run_program.hpp"

namespace {

namespace fs = markdown::fs;

const fs::path root = GLASS_SOURCE_DIR;

std::string name_of(const markdown::Page& page) { return fs::relative(page.path, root).string(); }

/// Calls `f(page, link)` for all links that lead to files of this project.
template <class F>
void for_each_link(F f) {
  for (const markdown::Page& page : markdown::pages(root)) {
    for (const markdown::Link& link : markdown::links(page)) {
      if (!link.target.starts_with("http")) f(page, link);
    }
  }
}

bool has_anchor(const fs::path& file, const std::string& anchor) {
  const std::vector<std::string> headings = markdown::read_page(file).headings;
  return std::ranges::any_of(
      headings, [&](const std::string& heading) { return markdown::anchor(heading) == anchor; });
}

}  // namespace

TEST_CASE(
    "every link in the documentation leads to a file, a heading, or the line that it quotes") {
  int quotes = 0;
  for_each_link([&](const markdown::Page& page, const markdown::Link& link) {
    const std::size_t hash = link.target.find('#');
    const std::string path = link.target.substr(0, hash);
    const fs::path file = path.empty() ? page.path : page.path.parent_path() / path;
    CHECK_MESSAGE(fs::exists(file), name_of(page), ": ", link.target);
    if (hash == link.target.npos || !fs::exists(file)) return;
    const std::string place = link.target.substr(hash + 1);
    if (file.extension() == ".md") {
      CHECK_MESSAGE(has_anchor(file, place), name_of(page), ": ", link.target);
      return;
    }
    const std::vector<std::string> lines = markdown::lines(slurp(file.string()));
    const auto number = static_cast<std::size_t>(std::atoi(place.c_str() + 1));
    const std::string quote = link.text.substr(1, link.text.size() - 2);  // less the `
    CHECK_MESSAGE((number <= lines.size() && lines[number - 1].find(quote) != quote.npos),
                  name_of(page), ": ", link.target, " does not say ", quote);
    ++quotes;
  });
  CHECK(quotes > 20);
}

TEST_CASE("every picture of the documentation is shown on a page, and described") {
  std::set<fs::path> shown;
  for_each_link([&](const markdown::Page& page, const markdown::Link& link) {
    if (link.picture) CHECK_MESSAGE(!link.text.empty(), name_of(page), ": ", link.target);
    shown.insert(fs::weakly_canonical(page.path.parent_path() / link.target));
  });
  for (const auto& entry : fs::directory_iterator(root / "docs" / "figures")) {
    CHECK_MESSAGE(shown.count(fs::weakly_canonical(entry.path())) == 1, entry.path().string());
  }
}

/// A line of "..." stands for what is left out.
TEST_CASE("what the documentation quotes stands in the file that it names") {
  int quotations = 0;
  for (const markdown::Page& page : markdown::pages(root)) {
    for (const markdown::Block& block : page.blocks) {
      if (!block.comment.starts_with("from: ")) continue;
      ++quotations;
      const std::string file = block.comment.substr(6);
      REQUIRE_MESSAGE(fs::exists(root / file), name_of(page), ": ", file);
      const std::vector<std::string> lines = markdown::lines(slurp((root / file).string()));
      auto place = lines.begin();
      for (const std::string& quoted : markdown::lines(block.text)) {
        const std::string line = markdown::trimmed(quoted);
        if (line.empty() || line == "...") continue;
        place = std::find_if(place, lines.end(), [&](const std::string& candidate) {
          return markdown::trimmed(candidate) == line;
        });
        if (place == lines.end()) {
          FAIL_CHECK(name_of(page), ", line ", block.line, ": ", file, " does not say ", line);
          break;
        }
        ++place;
      }
    }
  }
  CHECK(quotations > 10);
}

/// The two forms that both GitHub and GitLab render.
TEST_CASE(
    "formulas are written as $`...`$ or in blocks of ```math, and `code` ends in its paragraph") {
  for (const markdown::Page& page : markdown::pages(root)) {
    const std::string& prose = page.prose;
    for (std::size_t begin = 0; (begin = prose.find_first_of("$`", begin)) != prose.npos;) {
      const std::string_view opening = prose[begin] == '$' ? "$`" : "`",
                             closing = prose[begin] == '$' ? "`$" : "`";
      const std::size_t end = prose.find(closing, begin + opening.size());
      const std::string span = prose.substr(begin, end - begin);
      const bool closed =
          end != prose.npos && span.starts_with(opening) && span.find("\n\n") == span.npos;
      CHECK_MESSAGE(closed, name_of(page), ": ", span.substr(0, 40));
      if (!closed) break;
      begin = end + closing.size();
    }
  }
}

/// Blocks in `bash` or `c++` would be shown like these and never run.
TEST_CASE("blocks are in the languages that are tested, or need no test") {
  const std::set<std::string> languages{"cpp", "json", "math", "python", "sh", "text"};
  for (const markdown::Page& page : markdown::pages(root)) {
    for (const markdown::Block& block : page.blocks) {
      CHECK_MESSAGE(languages.count(block.language) == 1, name_of(page), ", line ", block.line,
                    ": ", block.language);
    }
  }
}
