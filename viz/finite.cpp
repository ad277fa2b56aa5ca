#include "viz/finite.hpp"

#include <algorithm>
#include <cmath>

namespace glass::viz {

namespace {

bool is_finite(real value) { return std::isfinite(value); }

/// What an operation made, by the layer that it belongs to.
std::string outputs_of(const Trace::Entry& entry) {
  if (!entry.layer.empty()) return "outputs of " + entry.layer;
  if (entry.op == "normalise") return "pixels, normalised by mean and std,";
  return "outputs of '" + entry.op + "', which belongs to no layer,";
}

/// What an operation handed back to its inputs.
std::string gradients_of(const Trace::Entry& entry) {
  return "gradients that " + (entry.layer.empty() ? "'" + entry.op + "'" : entry.layer) +
         " hands back";
}

}  // namespace

bool all_finite(std::initializer_list<Tensor> tensors) {
  return std::ranges::all_of(
      tensors, [](const Tensor& t) { return !t || std::ranges::all_of(t.values(), is_finite); });
}

std::string count_not_finite(std::span<const real> values, const std::string& what) {
  const auto nan = std::ranges::count_if(values, [](real v) { return std::isnan(v); }),
             infinite = std::ranges::count_if(values, [](real v) { return std::isinf(v); });
  if (nan + infinite == 0) return {};
  return text(nan + infinite, " of ", values.size(), ' ', what, " are ",
              infinite == 0 ? "NaN"
              : nan == 0    ? "infinite"
                            : "infinite or NaN");
}

std::string first_not_finite(const Trace& trace) {
  for (const Trace::Entry& entry : trace.entries()) {
    if (entry.is_leaf()) continue;
    const std::string found = count_not_finite(entry.value.values(), outputs_of(entry));
    if (!found.empty()) return found;
  }
  for (auto entry = trace.entries().rbegin(); entry != trace.entries().rend(); ++entry) {
    for (const Trace::Input& input : entry->inputs) {
      const Tensor& grad = trace.entries()[input.entry].grad;
      if (!input.sent || !grad) continue;
      const std::string found = count_not_finite(grad.values(), gradients_of(*entry));
      if (!found.empty()) return found;
    }
  }
  return {};
}

void refuse_not_finite(const nn::Model& model, const std::function<void()>& again,
                       const std::string& when) {
  Trace trace;
  again();
  trace.stop();
  const std::string found = first_not_finite(trace);
  throw FileError(model.name + ": " + (when.empty() ? "" : when + ": ") +
                  (found.empty() ? "the numbers are beyond single precision" : found));
}

}  // namespace glass::viz
