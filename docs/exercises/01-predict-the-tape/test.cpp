#include "autograd/trace.hpp"
#include "docs/exercises/01-predict-the-tape/program.hpp"
#include "docs/exercises/answers.hpp"

using namespace glass;

namespace {

/// What really happens: the program, run with a tape.
struct Truth {
  Tensor weight = Tensor::from({2, 2}, {1, -1, 1, 1}).requires_grad(true);
  std::vector<Trace::Entry> operations;
  Truth() {
    Trace trace;
    program(weight).backward();
    for (const Trace::Entry& entry : trace.entries()) {
      if (!entry.is_leaf()) operations.push_back(entry);
    }
  }
};

}  // namespace

TEST_CASE("1. the operations, in the order in which they run") {
  const Truth truth;
  std::vector<std::string> names;
  for (const Trace::Entry& entry : truth.operations) names.push_back(entry.op);
  grade::check_answer("operations", names, "the operation that runs then");
}

TEST_CASE("2. the operation without a node") {
  const Truth truth;
  std::vector<std::string> without;
  for (const Trace::Entry& entry : truth.operations) {
    if (entry.gradient != Trace::Gradient::computed) without.push_back(entry.op);
  }
  grade::check_answer("no node", without, "an operation that reads nothing trainable");
}

TEST_CASE("3. what linear keeps for backward()") {
  const Truth truth;
  std::vector<std::string> kept;
  for (const Trace::Entry& entry : truth.operations) {
    if (entry.op != "linear") continue;
    for (const Trace::Kept& values : entry.kept) kept.push_back(values.name);
  }
  grade::check_answer("kept by linear", kept, "an input that a gradient needs");
}

TEST_CASE("4. the gradient of the weight") {
  const Truth truth;
  std::vector<std::string> gradient;
  for (const real g : truth.weight.grad().values()) gradient.push_back(text(g));
  grade::check_answer("gradient", gradient, "the gradient of that element");
}
