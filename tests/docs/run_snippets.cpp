#include <exception>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>

#include "../run_program.hpp"
#include "scratch.hpp"
#include "snippets.hpp"

/// Runs the blocks of C++ of one page, in a copy of the project, and compares what they print with
/// what the page says that they print.
int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string page = argv[1];
  const TemporaryFolder folder;
  make_scratch_copy(GLASS_SOURCE_DIR, folder / "");
  std::filesystem::current_path(folder / "");
  int wrong = 0, ran = 0;
  for (int i = 0; i < snippet_count; ++i) {
    const Snippet& snippet = snippets[i];
    if (snippet.page != page) continue;
    ++ran;
    std::cout.copyfmt(std::ios(nullptr));  // as in a new program
    std::ostringstream printed;
    std::streambuf* const terminal = std::cout.rdbuf(printed.rdbuf());
    std::string mistake;
    try {
      if (const int code = snippet.run()) mistake = "returns " + std::to_string(code);
    } catch (const std::exception& error) {
      mistake = error.what();
    }
    std::cout.rdbuf(terminal);
    std::string output = printed.str();
    if (!output.empty() && output.back() != '\n') output += '\n';
    if (mistake.empty() && snippet.expected && output != snippet.expected) {
      mistake =
          "the page says that it prints\n" + std::string(snippet.expected) + "it prints\n" + output;
    }
    if (mistake.empty()) continue;
    ++wrong;
    std::cout << page << ", line " << snippet.line << ": " << mistake << '\n';
  }
  std::cout << ran - wrong << " of " << ran << " blocks do what the page says\n";
  return ran > 0 && wrong == 0 ? 0 : 1;
}
