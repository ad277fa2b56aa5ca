#include <cstring>
#include <iostream>

#include "markdown.hpp"

/// Writes one C++ file with the blocks of C++ of all pages, so that a compiler reads the documentation:
///
///     write_snippets ROOT OUT.cpp float|double
///
/// A block is a whole program, or statements, to which a comment above may give variables:
/// <!-- given: Rng rng(0); -->. One with <!-- double --> belongs to the program that computes in
/// double. Blocks with <!-- from: FILE --> are quotations, which another test compares.
namespace {

using markdown::Block;

bool is_program(const std::string& code) { return code.find("int main(") != code.npos; }

/// After the block, the output that the page prints; null if it prints none.
const Block* output_of(const markdown::Page& page, std::size_t block) {
  const bool printed = block + 1 < page.blocks.size() && page.blocks[block + 1].language == "text";
  return printed ? &page.blocks[block + 1] : nullptr;
}

std::string quoted(const std::string& text) { return "R\"text(" + text + ")text\""; }

/// Where compilers should say that a mistake is.
std::string at_line(const std::string& page, int line) {
  return "#line " + std::to_string(line) + " \"" + page + "\"\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const markdown::fs::path root = argv[1];
  const bool in_double = std::strcmp(argv[3], "double") == 0;
  std::string includes = "#include \"prelude.hpp\"\n#include \"snippets.hpp\"\n", code, table;
  int count = 0;
  for (const markdown::Page& page : markdown::pages(root)) {
    const std::string name = markdown::fs::relative(page.path, root).string();
    for (std::size_t i = 0; i < page.blocks.size(); ++i) {
      const Block& block = page.blocks[i];
      if (block.language != "cpp" || block.comment.starts_with("from: ")) continue;
      if (block.comment.starts_with("double") != in_double) continue;
      const std::string scope = "snippet_" + std::to_string(count++);
      const bool program = is_program(block.text);
      code += "namespace " + scope + " {\nusing namespace glass;\n";
      if (!program) code += "int main() {\n";
      std::string text = block.text;
      // C++ lets main end without it, but here main is a function like any other.
      if (program) text.insert(text.rfind('}'), "return 0; ");
      if (block.comment.starts_with("given: ")) code += block.comment.substr(7) + '\n';
      code += at_line(name, block.line);
      for (const std::string& line : markdown::lines(text)) {
        const bool include = line.starts_with("#include");
        if (include) includes += line + '\n';
        code += (include ? "" : line) + '\n';
      }
      code += program ? "}\n" : "return 0;\n}\n}\n";
      const Block* output = output_of(page, i);
      table += "    {" + quoted(name) + ", " + std::to_string(block.line) + ", &" + scope +
               "::main, " + (output ? quoted(output->text) : "nullptr") + "},\n";
    }
  }
  std::ofstream(argv[2]) << includes << code << "const Snippet snippets[] = {\n"
                         << table
                         << "    {nullptr, 0, nullptr, nullptr}};\nconst int snippet_count = "
                         << count << ";\n";
}
