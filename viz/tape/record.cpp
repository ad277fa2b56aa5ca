#include "viz/tape/record.hpp"

#include "viz/finite.hpp"

namespace glass::inline GLASS_PRECISION::viz {

namespace {

/// Nothing that a tape shows may be NaN or infinite.
void expect_finite(const nn::Model& model, const Tape& tape, const char* when) {
  const std::string found = first_not_finite(tape);
  if (!found.empty()) throw FileError(text(model.name, ": ", when, ": ", found));
}

}  // namespace

std::shared_ptr<const Tape> tape_of_training(nn::Model& model, const Tensor& image, Index label) {
  model.check_batch(image.shape()[0]);
  model.train();
  model.requires_grad(true);
  const auto tape = std::make_shared<Tape>();
  const Tensor x = image.detach();
  tape->name(x, "image", Tape::Role::data);
  const std::vector<Index> labels(static_cast<std::size_t>(x.shape()[0]), label);
  model.loss(model.logits(x), labels).backward();
  tape->stop();
  expect_finite(model, *tape, "in training");
  return tape;
}

std::shared_ptr<const Tape> tape_of_maximisation(nn::Model& model, const Objective& objective,
                                                 const Tensor& init, MaximiseOptions options,
                                                 int steps) {
  options.record = true;
  options.steps = std::max(options.steps, steps + 1);
  options.stop_after = steps + 1;
  std::shared_ptr<const Tape> last;
  maximise(model, objective, init, options, [&](const MaximiseStep& step) {
    last = step.tape;
    return true;
  });
  expect_finite(model, *last, "in maximisation");
  return last;
}

}  // namespace glass::inline GLASS_PRECISION::viz
