#include <algorithm>
#include <functional>

#include "autograd/kernels.hpp"
#include "autograd/trace.hpp"
#include "docs/exercises/12-frozen-weights/program.hpp"
#include "docs/exercises/answers.hpp"

using namespace glass;

namespace {

/// What the program leaves on the tape.
std::vector<Trace::Entry> recorded(const std::function<void(nn::Sequential&)>& program) {
  nn::Sequential net = network();
  Trace trace;
  program(net);
  return trace.entries();
}

Trace::Entry conv2(const std::vector<Trace::Entry>& entries) {
  return *std::ranges::find_if(entries, [](const Trace::Entry& entry) {
    return entry.layer == "conv2" && !entry.is_leaf();
  });
}

void check_kept(const std::string& question, const std::function<void(nn::Sequential&)>& program) {
  std::vector<std::string> names;
  for (const Trace::Kept& values : conv2(recorded(program)).kept) names.push_back(values.name);
  grade::check_set(question, names, "each input that a wanted gradient needs");
}

void check_bytes(const std::string& question, const std::function<void(nn::Sequential&)>& program) {
  grade::check_answer(
      question, {text(conv2(recorded(program)).kept_bytes())},
      "a number only, the bytes of what conv2 keeps: see its input's and its weight's shape");
}

void paint_all(nn::Sequential& net) { paint(net); }

/// What happens without one of the lines.
std::string outcome(int without) {
  nn::Sequential whole = network(), net = network();
  const Tensor right = paint(whole);
  kernels::WeightGradientCalls& calls = kernels::weight_gradient_calls();
  calls = {};
  try {
    const Tensor image = paint(net, without);
    if (std::ranges::equal(image.values(), data().values())) return "still";
    if (!std::ranges::equal(image.values(), right.values())) return "wrong";
    return calls.conv2d + calls.linear > 0 ? "wasteful" : "the same";
  } catch (const GraphError&) {
    return "throws";
  }
}

/// A line of code without blanks and without a comment at its end.
std::string bare(const std::string& line) {
  std::string out = line.substr(0, line.find("//"));
  std::erase_if(out, [](char c) { return c == ' ' || c == '\t'; });
  return out;
}

/// Compares an answer with the first line of `path` that contains `code`, or one `above` it.
void check_line(const std::string& question, const std::string& path, const std::string& code,
                std::size_t above = 0) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(bare(line));
  const auto is_it = [&](const std::string& line) { return line.find(code) != line.npos; };
  const auto place = static_cast<std::size_t>(std::ranges::find_if(lines, is_it) - lines.begin());
  REQUIRE_MESSAGE(place < lines.size(), text(path, ": no line with ", code));

  std::string found;
  for (const std::string& word : grade::answer(question))
    found += (found.empty() ? "" : " ") + word;
  if (bare(found) == lines[place - above]) return;
  const bool there = std::ranges::find(lines, bare(found)) != lines.end();
  FAIL_CHECK(text(question, ": expected another line of ", path, ", found '", found, "'",
                  there ? "" : ", which is no line of that file"));
}

}  // namespace

TEST_CASE("1. painting without one of its lines") {
  std::vector<std::string> outcomes;
  for (int line = 1; line <= 5; ++line) outcomes.push_back(outcome(line));
  grade::check_answer("without one line", outcomes,
                      "what happens without that line (chapter 12, 'Why nothing changes')");
}

TEST_CASE("2. what conv2 keeps") {
  check_kept("kept in train", train);
  check_kept("kept in paint", paint_all);
  check_kept("kept in fine_tune", fine_tune);
}

TEST_CASE("3. how many bytes that is") {
  check_bytes("bytes in train", train);
  check_bytes("bytes in paint", paint_all);
}

TEST_CASE("4. operations without a node while the first layer is frozen") {
  std::vector<std::string> names;
  for (const Trace::Entry& entry : recorded(fine_tune)) {
    if (!entry.is_leaf() && entry.gradient != Trace::Gradient::computed) names.push_back(entry.op);
  }
  grade::check_answer("no node in fine_tune", names, "an operation that reads nothing trainable");
}

TEST_CASE("5. the lines of the library") {
  check_line("keeps a", "autograd/ops/matmul.cpp", "node->a=");
  check_line("computes db", "autograd/ops/matmul.cpp", "grads[1]=", 1);
  check_line("freezes", "viz/saliency.cpp", "requires_grad(false)");
}
