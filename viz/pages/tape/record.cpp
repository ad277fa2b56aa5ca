#include "viz/pages/tape/record.hpp"

#include <algorithm>

#include "viz/finite.hpp"

namespace glass::viz {

namespace {

/// Nothing that a tape shows may be NaN or infinite.
void expect_finite(const nn::Model& model, const Trace& trace, const char* when) {
  const std::string found = first_not_finite(trace);
  if (!found.empty()) throw FileError(text(model.name, ": ", when, ": ", found));
}

}  // namespace

std::shared_ptr<const Trace> tape_of_training(nn::Model& model, const Tensor& image, Index label) {
  model.check_batch(image.shape()[0]);
  model.train();
  model.requires_grad(true);
  const auto trace = std::make_shared<Trace>();
  const Tensor x = image.detach();
  trace->name(x, "image", Trace::Role::data);
  const std::vector<Index> labels(static_cast<std::size_t>(x.shape()[0]), label);
  for (const nn::NamedTensor& weight : model.parameters()) weight.tensor.zero_grad();
  model.loss(model.logits(x), labels).backward();
  trace->stop();
  expect_finite(model, *trace, "in training");
  return trace;
}

std::shared_ptr<const Trace> tape_of_maximisation(nn::Model& model, const Objective& objective,
                                                  const Tensor& init, MaximiseOptions options,
                                                  int steps) {
  options.record = true;
  options.steps = std::max(options.steps, steps + 1);
  options.stop_after = steps + 1;
  std::shared_ptr<const Trace> last;
  maximise(model, objective, init, options, [&](const MaximiseStep& step) {
    last = step.trace;
    return true;
  });
  expect_finite(model, *last, "in maximisation");
  return last;
}

bool every_gradient_lives(const Trace& trace) {
  return std::ranges::all_of(trace.entries(), [](const Trace::Entry& entry) {
    return std::ranges::all_of(
        entry.inputs, [](const Trace::Input& input) { return !input.sent || input.grad_l2 > 0; });
  });
}

int steps_until_all_live(nn::Model& model, const Objective& objective, const Tensor& init,
                         MaximiseOptions options) {
  options.record = true;
  options.stop_after = std::min(64, options.steps);
  int before = 0;
  maximise(model, objective, init, options, [&](const MaximiseStep& step) {
    const bool all_live = every_gradient_lives(*step.trace);
    if (all_live) before = step.step - 1;
    return !all_live;
  });
  return before;
}

}  // namespace glass::viz
