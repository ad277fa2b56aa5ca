#include "autograd/statistics.hpp"
#include "autograd/table.hpp"
#include "autograd/trace.hpp"

namespace glass {

namespace {

constexpr const char *grey = "\x1b[90m", *image_colour = "\x1b[1;32m",
                     *gradient_colour = "\x1b[33m", *plain = "\x1b[0m";

std::string norm(const Tensor& tensor) {
  const Statistics s = statistics(tensor);
  return s.not_finite > 0 ? text(s.not_finite, " not finite") : formatted("%.3g", s.l2);
}

std::string operation(const Trace::Entry& entry) {
  return entry.is_leaf() ? "  " + entry.name : entry.op;
}

std::string state(const Trace::Entry& entry) {
  if (!entry.is_leaf()) return "";
  if (entry.trainable) return "trainable";
  return entry.role == Trace::Role::weight ? "locked" : word(entry.role);
}

std::string gradient(const Trace::Entry& entry) {
  if (entry.gradient == Trace::Gradient::computed) return "↑ " + norm(entry.grad);
  const std::string what = word(entry.gradient);
  return entry.reason.empty() ? what : what + ": " + entry.reason;
}

std::string kept(const Trace::Entry& entry) {
  std::string names;
  for (const Trace::Kept& values : entry.kept) names += (names.empty() ? "" : " ") + values.name;
  return names.empty() ? "" : text(names, ", ", (entry.kept_bytes() + 999) / 1000, " kB");
}

std::string reads(const Trace::Entry& entry) {
  std::string places;
  for (const Trace::Input& input : entry.inputs) {
    places += (places.empty() ? "" : " ") + std::to_string(input.entry);
  }
  return places;
}

std::string microseconds(double seconds) { return formatted("%.1f", 1e6 * seconds); }

/// What stands out: the image that learns, weights that are locked, gradients.
void colour(std::vector<std::string>& row, const Trace::Entry& entry) {
  const auto paint = [](std::string& cell, const char* how) {
    if (!cell.empty()) cell = how + cell + plain;
  };
  if (entry.role == Trace::Role::image && entry.trainable) {
    for (std::string& cell : row) paint(cell, image_colour);
  } else if (entry.gradient != Trace::Gradient::computed) {
    if (!entry.is_leaf()) return paint(row[7], grey);
    for (std::string& cell : row) paint(cell, grey);
  } else {
    paint(row[7], gradient_colour);
  }
}

}  // namespace

std::string listing(const Trace& trace, const ListingOptions& options) {
  std::vector<std::vector<std::string>> rows{{"#", "layer", "operation", "shape", "reads", "",
                                              "↓ |value|", "↑ |gradient|", "kept for backward"}};
  if (options.times) rows.front().insert(rows.front().end(), {"↓ µs", "↑ µs"});
  for (const Trace::Entry& entry : trace.entries()) {
    std::vector<std::string> row{std::to_string(rows.size() - 1),
                                 entry.layer,
                                 operation(entry),
                                 entry.value.shape().str(),
                                 reads(entry),
                                 state(entry),
                                 norm(entry.value),
                                 gradient(entry),
                                 kept(entry)};
    if (options.times && !entry.is_leaf()) {
      row.push_back(microseconds(entry.forward_seconds));
      row.push_back(entry.backward_seconds > 0 ? microseconds(entry.backward_seconds) : "");
    }
    if (options.colour) colour(row, entry);
    rows.push_back(row);
  }
  return aligned(rows);
}

}  // namespace glass
