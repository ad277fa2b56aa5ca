#include "viz/cli/maximise_report.hpp"

#include <algorithm>
#include <limits>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "viz/pages/tape/landmarks.hpp"
#include "viz/start.hpp"

namespace glass::viz::cli {

namespace {

double gradient_norm(const Trace::Entry& entry) {
  return entry.grad ? statistics(entry.grad).l2 : std::numeric_limits<double>::quiet_NaN();
}

/// The share of the elements of a picture's output at which all pictures of y[N,...] have a 0.
double dead_share(const Tensor& y) {
  const Index size = y.size() / y.shape()[0];
  Index dead = 0;
  for (Index i = 0; i < size; ++i) {
    Index n = 0;
    while (n < y.shape()[0] && y.data()[n * size + i] == 0) ++n;
    dead += n == y.shape()[0];
  }
  return static_cast<double>(dead) / static_cast<double>(size);
}

struct Part {
  std::string label;
  Regulariser alone;
};

/// The regulariser's terms that are in use, each by itself.
std::vector<Part> parts_of(const Regulariser& all) {
  std::vector<Part> parts;
  if (all.tv > 0) parts.push_back({"total variation", {.tv = all.tv, .beta = all.beta}});
  if (all.alpha_norm > 0) {
    parts.push_back({"alpha norm", {.alpha_norm = all.alpha_norm, .alpha = all.alpha}});
  }
  if (all.l2 > 0) parts.push_back({"L2", {.l2 = all.l2}});
  return parts;
}

std::string range(const std::vector<double>& probability) {
  const auto [low, high] = std::ranges::minmax(probability);
  const std::string lowest = percent(low), highest = percent(high);
  return lowest == highest ? lowest : lowest + " to " + highest;
}

}  // namespace

MaximiseReport::MaximiseReport(const nn::Model& model, const Objective& objective,
                               const Painting& painting)
    : model_(model),
      objective_(objective),
      painting_(painting),
      pictures_(objective.pictures() * painting.count),
      every_(painting.options.steps / 500 + 1),
      film_(model, objective, std::min<Index>(pictures_, 10)) {
  const std::string all = pictures_ > 1 ? text("; all ", pictures_, " pictures together") : "";
  regulariser_ = {.title = "Regulariser",
                  .note =
                      "Each term with its weight, at full strength: during the first half of the "
                      "run the loss takes less of it, rising from 0" +
                      all + "."};
  gradient_ = {.title = "Size of the gradient",
               .note =
                   "Euclidean norm of d loss / d output of each layer, the loss being regulariser "
                   "- objective / unit, of the step that made this image. The image's is what "
                   "the optimiser stepped along, the regulariser's part included" +
                   all + ".",
               .axis = Report::Axis::log,
               .ordered = true};
  dead_ = {.title = "Dead ReLUs",
           .note = pictures_ > 1
                       ? text("Share of the elements of a layer's output that are 0 in each "
                              "of the ",
                              pictures_, " pictures: no gradient passes there.")
                       : "Share of the elements of a layer's output that are 0: no gradient "
                         "passes there.",
           .axis = Report::Axis::share,
           .ordered = true};
}

void MaximiseReport::start(const Tensor& images) { look(0, images); }

void MaximiseReport::add(const MaximiseStep& step) {
  const bool is_last = step.step == painting_.options.last_step() || interrupted();
  if (step.step % every_ != 0 && !is_last) return;
  look(step.step, step.image);
  gradient_.x.push_back(step.step);
  for (const Trace::Entry* landmark : landmarks(*step.trace)) {
    gradient_.add(place_of(*landmark), gradient_norm(*landmark));
    if (landmark->op == "relu") dead_.add(landmark->layer, dead_share(landmark->value));
  }
  if (!dead_.curves.empty()) dead_.x.push_back(step.step);
}

void MaximiseReport::look(int step, const Tensor& images) {
  steps_.push_back(step);
  film_.record(images);
  const NoGrad no_grad;
  regulariser_.x.push_back(step);
  for (const auto& [label, alone] : parts_of(painting_.options.regulariser)) {
    regulariser_.add(label, alone(images, centre_of(model_)).item());
  }
}

std::string MaximiseReport::label(std::size_t picture) const {
  const std::string name = objective_.label(model_, static_cast<Index>(picture));
  return painting_.count > 1
             ? text(name, " (", picture / static_cast<std::size_t>(objective_.pictures()) + 1, ")")
             : name;
}

std::vector<Report::Frame> MaximiseReport::frames() const {
  // Ten pictures take ten times the bytes; fewer frames of them do.
  const std::size_t most = film_.images.size() == 1 ? 64 : 32;
  std::vector<Report::Frame> frames;
  for (const std::size_t moment : milestones(film_.moments() - 1, most)) {
    Report::Frame& frame = frames.emplace_back(Report::Frame{steps_[moment], {}});
    for (std::size_t n = 0; n < film_.images.size(); ++n) {
      std::string caption = label(n);
      if (objective_.of_class()) caption += ": " + percent(film_.probability[n][moment]);
      frame.pictures.push_back({caption, film_.images[n][moment]});
    }
  }
  return frames;
}

std::vector<std::pair<std::string, std::string>> MaximiseReport::facts(
    const Painted& painted) const {
  const MaximiseOptions& options = painting_.options;
  std::string shown = text(pictures_);
  if (film_.images.size() < static_cast<std::size_t>(pictures_)) {
    shown += text(", of which the first ", film_.images.size(), " are shown");
  }
  std::vector<std::pair<std::string, std::string>> facts{
      {"model", model_.name},
      {"objective", objective_.expression()},
      {"pictures", shown},
      {"steps", text(painted.result.steps, " of ", options.steps)},
      {"optimiser", text(options.optimiser, ", step size ", options.lr)},
      {"seed", text(options.seed)}};
  if (objective_.of_class()) facts.push_back({"final probability", range(painted.probability)});
  facts.push_back({"weights before", "SHA-256 " + painted.weights_before});
  facts.push_back({"weights after", "SHA-256 " + painted.weights_after});
  facts.push_back({"compared", painted.weights_before == painted.weights_after
                                   ? "equal: the run changed no bit of any weight"
                                   : "different: the run changed the weights"});
  return facts;
}

std::string MaximiseReport::verdict(const Painted& painted) const {
  const MaximiseResult& result = painted.result;
  std::string verdict;
  if (!objective_.of_class()) {
    verdict = text("The objective went from ", formatted("%.3g", mean(result.objective_before)),
                   " to ", formatted("%.3g", mean(result.objective_after)), '.');
  } else if (pictures_ == 1) {
    verdict = text("The network sees ", label(0), " with ", range(painted.probability), '.');
  } else {
    verdict = text("The network sees what it should see in its ", pictures_, " pictures with ",
                   range(painted.probability), '.');
  }
  if (const auto missed = std::ranges::count(result.reached, false); missed > 0) {
    verdict += text(" No gradient reached ", missed, " of the pictures.");
  }
  if (interrupted()) {
    verdict +=
        text(" Interrupted after ", result.steps, " of ", painting_.options.steps, " steps.");
  }
  return verdict + " No weight changed.";
}

Report MaximiseReport::report(const Painted& painted) const {
  const std::string what = pictures_ == 1 ? label(0) : text(pictures_, " pictures");
  const std::string start = is_file(painting_.init) ? "a picture" : painting_.init;
  Report report{
      .title = text(model_.name, " paints ", what, " in ", painted.result.steps, " steps"),
      .summary = text("From ", start, ", the pixels followed the gradient of ",
                      objective_.expression(), "; the weights were frozen."),
      .verdict = verdict(painted),
      .facts = facts(painted),
      .frames_title = pictures_ == 1 ? "Image" : "Images",
      .frames = frames()};
  Report::Panel objective{.title = "Objective: " + objective_.expression(),
                          .note = "Of the image as it is, not as the jitter shows it.",
                          .x = steps_};
  Report::Panel probability{
      .title = "Probability",
      .note =
          text("The network's own ", model_.sigmoids() ? "sigmoid" : "softmax", " of the class."),
      .axis = Report::Axis::share,
      .x = steps_};
  for (std::size_t n = 0; n < film_.images.size(); ++n) {
    objective.curves.push_back({label(n), film_.objective[n]});
    if (objective_.of_class()) probability.curves.push_back({label(n), film_.probability[n]});
  }
  for (const Report::Panel& panel : {objective, probability, regulariser_, gradient_, dead_}) {
    if (!panel.curves.empty()) report.panels.push_back(panel);
  }
  return report;
}

}  // namespace glass::viz::cli
