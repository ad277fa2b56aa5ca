#include "weights/training_report.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "autograd/statistics.hpp"
#include "viz/pictures/maps.hpp"

namespace glass::training {

namespace {

/// How many lie between two of at most `most` points, spread evenly over `count`.
Index spacing(Index count, Index most) { return (count + most - 1) / most; }

/// The index of the first convolution, whose kernels look at pixels; -1 if there is none.
Index first_convolution(const nn::Model& model) {
  for (Index i = 0; i < model.layers.size(); ++i) {
    if (model.layers.layer(i).type() == std::string("Conv2d")) return i;
  }
  return -1;
}

viz::Report::Picture picture_of_kernels(const nn::Model& model, Index layer) {
  const Tensor weight = model.layers.layer(layer).parameters().front().tensor;
  const Shape& shape = weight.shape();
  const bool colours = shape[1] == 3;
  return {
      text(model.layers.alias(layer), ": ", shape[0], " kernels of ", shape[2], "x", shape[3],
           colours ? ", grey is 0" : ", red positive, blue negative"),
      colours ? viz::draw_colour_kernels(weight) : viz::draw_maps(weight, viz::Scale::diverging)};
}

/// Of each layer with parameters, the norm of the gradient of them all, in the order of the tape.
std::vector<std::pair<std::string, double>> gradient_norms(const Trace& trace) {
  std::vector<std::pair<std::string, double>> norms;
  for (const Trace::Entry& entry : trace.entries()) {
    if (entry.role != Trace::Role::weight || !entry.grad) continue;
    if (norms.empty() || norms.back().first != entry.layer) norms.push_back({entry.layer, 0});
    norms.back().second = std::hypot(norms.back().second, statistics(entry.grad).l2);
  }
  return norms;
}

double share(const EpochResult& result) {
  return static_cast<double>(result.correct) / static_cast<double>(result.images);
}

}  // namespace

TrainingReport::TrainingReport(const nn::Model& model, Trainer& trainer)
    : model_(model), trainer_(trainer), first_epoch_(trainer.epochs_done()) {
  const TrainOptions& options = trainer.options();
  const Index per_epoch = trainer.steps_per_epoch();
  const Index thin = spacing((options.epochs - first_epoch_) * per_epoch, 500);
  const Index every = std::clamp(thin, spacing(per_epoch, 50), per_epoch);
  trainer.record_every(every);
  const char* seen = options.attack ? ", attacked as in training" : "";
  loss_ = {
      .title = "Loss",
      .note = text(model.sigmoids() ? "Binary cross-entropy" : "Cross-entropy",
                   " of the training images as they were seen; each point is the mean over the ",
                   every, " steps up to it.")};
  accuracy_ = {.title = "Accuracy in %",
               .note = text("After each epoch of ", per_epoch,
                            " steps. Train: of the images as they "
                            "were seen during the epoch. Validation: of images held out",
                            seen, ". Test: of images that decide nothing.")};
  lr_ = {.title = "Learning rate", .note = text("Schedule: ", options.schedule, '.')};
  gradient_ = {.title = "Size of the gradient",
               .note = text("Euclidean norm of d loss / d weights, all parameters of a layer "
                            "together, of one step in ",
                            every, '.'),
               .axis = viz::Report::Axis::log,
               .ordered = true};
  draw_kernels(static_cast<double>(first_epoch_ * per_epoch));
}

void TrainingReport::add(const TrainStep& step) {
  loss_sum_ += step.loss;
  ++loss_count_;
  if (!step.trace) return;
  const auto x = static_cast<double>(step.step);
  for (viz::Report::Panel* panel : {&loss_, &lr_, &gradient_}) panel->x.push_back(x);
  loss_.add("loss", loss_sum_ / static_cast<double>(loss_count_));
  lr_.add("learning rate", step.lr);
  for (const auto& [layer, norm] : gradient_norms(*step.trace)) gradient_.add(layer, norm);
  loss_sum_ = 0;
  loss_count_ = 0;
  // Kernels change most in the beginning: after 1, 2, 4, 8, ... points of the first epoch.
  if (trainer_.epochs_done() == first_epoch_ && std::has_single_bit(loss_.x.size())) {
    draw_kernels(x);
  }
}

void TrainingReport::end_epoch(const EpochResult& training, const Evaluation& validation,
                               const Evaluation& test) {
  const Index epoch = trainer_.epochs_done(), last = trainer_.options().epochs;
  const auto x = static_cast<double>(epoch * trainer_.steps_per_epoch());
  if (epoch % spacing(last, 50) == 0 || epoch == last) draw_kernels(x);
  accuracy_.x.push_back(x);
  accuracy_.add("train", 100 * share(training));
  accuracy_.add("validation", 100 * validation.accuracy());
  accuracy_.add("test", 100 * test.accuracy());
}

void TrainingReport::draw_kernels(double step) {
  const Index layer = first_convolution(model_);
  if (layer >= 0) kernels_.push_back({step, {picture_of_kernels(model_, layer)}});
}

viz::Report TrainingReport::report(const Card& card) const {
  const bool finished = card.test.total() > 0;
  viz::Report report{
      .title = text(model_.name, " learns ", card.data, ": ", card.epochs, " of ",
                    card.planned_epochs, " epochs"),
      .summary = text("The optimiser (", trainer_.options().optimiser, ") moved the weights, ",
                      trainer_.steps_per_epoch(), " steps an epoch; the images were data."),
      .verdict = "The training still goes on.",
      .facts = {{"command", card.command},
                {"data", text(card.data, ": ", card.training_images, " training images of ",
                              model_.input_shape)},
                {"seed", text(card.seed)}},
      .frames_title = "First kernels",
      .frames = kernels_};
  if (!card.classes.empty()) report.facts.push_back({"classes", card.classes});
  if (!card.commit.empty()) report.facts.push_back({"commit", card.commit});
  if (finished) {
    const std::string test = accuracy_text(card.test.correct(), card.test.total());
    report.verdict = "Test accuracy: " + test;
    report.facts.push_back({"weights kept", text("those after epoch ", card.best_epoch)});
    report.facts.push_back({"their validation accuracy",
                            accuracy_text(card.validation.correct(), card.validation.total())});
    report.facts.push_back({"their test accuracy", test});
  }
  for (const viz::Report::Panel& panel : {loss_, accuracy_, gradient_, lr_}) {
    if (!panel.curves.empty()) report.panels.push_back(panel);
  }
  return report;
}

}  // namespace glass::training
