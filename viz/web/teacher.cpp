#include "viz/web/teacher.hpp"

#include <algorithm>
#include <filesystem>
#include <numbers>
#include <optional>

#include "autograd/statistics.hpp"
#include "nn/io/model_file.hpp"
#include "nn/layers.hpp"
#include "viz/attack.hpp"
#include "viz/fitted.hpp"
#include "viz/pages/tape/drawing.hpp"
#include "viz/scores.hpp"

namespace glass::viz::web {

namespace {

constexpr int planned = 150;           // steps
constexpr Index images_a_step = 24;    // of each sign about as many
constexpr double largest_lr = 0.005;   // of Adam
constexpr double most_turned = 15;     // degrees
constexpr double most_resized = 0.15;  // of its size
constexpr Index most_moved = 2;        // pixels
const Attack taught_by{.norm = "l2", .eps = 2, .steps = 2};

/// For pictures like MNIST's, and painted with the settings of the robust network for these.
nn::Model small_network(const std::vector<std::string>& signs) {
  nn::Model model;
  model.name = "own signs";
  model.input_shape = {1, 28, 28};
  model.mean = {0.1307};
  model.std = {0.3081};
  model.usual = {0};
  model.classes = signs;
  model.maximise = {{"beta", 1}, {"init-noise", 0.1}, {"jitter", 1}, {"l2", 2}, {"tv", 0.25}};
  Index channels = 1;
  for (const Index width : {8, 16}) {
    const nn::Conv2dArguments conv{
        .in_channels = channels, .out_channels = width, .kernel_size = 5, .padding = 2};
    model.layers.add(nn::Conv2d(conv)).add(nn::ReLU()).add(nn::MaxPool2d({.kernel_size = 2}));
    channels = width;
  }
  model.layers.add(nn::Flatten())
      .add(nn::Linear({.in_features = 7 * 7 * channels, .out_features = 32}))
      .add(nn::ReLU())
      .add(nn::Linear({.in_features = 32, .out_features = static_cast<Index>(signs.size())}));
  return model;
}

/// The same sign, written another time.
Tensor again(const Tensor& drawing, Rng& rng) {
  const double angle = rng.uniform(-most_turned, most_turned) * std::numbers::pi / 180,
               scale = 1 + rng.uniform(-most_resized, most_resized);
  const Index dy = rng.below(2 * most_moved + 1) - most_moved,
              dx = rng.below(2 * most_moved + 1) - most_moved;
  return shift(affine_sample(drawing, {.angle = angle, .scale = scale}), dy, dx);
}

/// Rises during the first tenth, and falls to 0 during the second half.
double rate(int step) {
  const double done = static_cast<double>(step + 1) / planned;
  return largest_lr * std::min({1.0, 10 * done, 2 * (1 - done)});
}

}  // namespace

Teacher::Teacher(const std::vector<std::string>& signs, std::uint64_t seed)
    : model_(small_network(signs)), rng_(seed), drawings_(signs.size()) {
  if (signs.size() < 2) throw Error(text("signs: expected at least 2, found ", signs.size()));
  draw_parameters(model_, seed);
  model_.requires_grad(true);
  optimiser_ = std::make_unique<optim::Adam>(nn::tensors(model_.parameters()));
}

void Teacher::add(const Image& drawing, Index sign) {
  require(sign >= 0 && sign < static_cast<Index>(drawings_.size()), "sign ", sign,
          ": there is none");
  const std::optional<Image> found = fitted(drawing, model_);
  const auto place = static_cast<std::size_t>(sign);
  if (!found) throw Error(model_.classes[place] + ": a drawing without ink");
  drawings_[place].push_back(to_tensor(*found));
}

Teacher::Batch Teacher::next_batch() {
  Batch batch;
  std::vector<Tensor> images;
  for (Index i = 0; i < images_a_step; ++i) {
    const std::size_t sign = static_cast<std::size_t>(i) % drawings_.size();
    const std::vector<Tensor>& own = drawings_[sign];
    const Index one = rng_.below(static_cast<Index>(own.size()));
    images.push_back(again(own[static_cast<std::size_t>(one)], rng_));
    batch.labels.push_back(static_cast<Index>(sign));
  }
  batch.images = attack(model_, cat(images, 0), batch.labels, taught_by, rng_).detach();
  return batch;
}

Json Teacher::advance(int steps, bool record) {
  for (std::size_t sign = 0; sign < drawings_.size(); ++sign) {
    if (drawings_[sign].empty()) throw Error(model_.classes[sign] + ": expected a drawing of it");
  }
  Json json;
  for (int i = 1; i <= steps && steps_ < planned; ++i, ++steps_) {
    const Batch batch = next_batch();
    model_.train();
    optimiser_->set_lr(rate(steps_));
    optimiser_->zero_grad();
    const auto trace = record && i == steps ? std::make_shared<Trace>() : nullptr;
    if (trace) trace->name(batch.images, "image", Trace::Role::data);
    const Tensor logits = model_.logits(batch.images);
    const Tensor loss = model_.loss(logits, batch.labels);
    loss.backward();  // the very call that paints
    if (trace) {
      trace->stop();
      trace_ = trace;
    }
    optimiser_->step();
    const std::vector<Index> named = argmax(logits, 1);
    double right = 0;
    for (std::size_t n = 0; n < named.size(); ++n) right += named[n] == batch.labels[n];
    json = {{"loss", loss.item()}, {"right", right / static_cast<double>(named.size())}};
  }
  json["step"] = steps_;
  json["steps"] = planned;
  return json;
}

Json Teacher::tape() const {
  if (!trace_) throw Error("tape: no step was recorded");
  const TapeView view{"training", text("Training: step ", steps_), trace_.get()};
  const ColumnDrawing drawing = draw_column(view, lay_out(*trace_, nullptr), 0);
  return {{"width", drawing.width}, {"height", drawing.height}, {"svg", drawing.elements}};
}

void Teacher::save(const std::string& description) {
  std::vector<Tensor> all;
  for (const std::vector<Tensor>& own : drawings_) all.insert(all.end(), own.begin(), own.end());
  model_.variation = mean(mean_variation(cat(all, 0)));
  model_.weights = std::filesystem::path(description).stem().string() + ".safetensors";
  nn::save_model(model_, description);
}

}  // namespace glass::viz::web
