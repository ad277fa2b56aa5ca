#include "weights/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "autograd/threads.hpp"
#include "optim/adam.hpp"
#include "optim/adamw.hpp"
#include "optim/sgd.hpp"
#include "viz/finite.hpp"
#include "weights/evaluate.hpp"
#include "weights/keyed_rng.hpp"

namespace glass::training {

namespace {

std::unique_ptr<optim::Optimiser> make_optimiser(std::vector<Tensor> weights,
                                                 const TrainOptions& options) {
  if (options.optimiser == "sgd") {
    const optim::SGDOptions sgd{
        .lr = options.lr, .momentum = options.momentum, .weight_decay = options.weight_decay};
    return std::make_unique<optim::SGD>(std::move(weights), sgd);
  }
  if (options.optimiser == "adam") {
    const optim::AdamOptions adam{.lr = options.lr, .weight_decay = options.weight_decay};
    return std::make_unique<optim::Adam>(std::move(weights), adam);
  }
  if (options.optimiser == "adamw") {
    const optim::AdamWOptions adamw{.lr = options.lr, .weight_decay = options.weight_decay};
    return std::make_unique<optim::AdamW>(std::move(weights), adamw);
  }
  throw Error("optimiser '" + options.optimiser + "': expected sgd, adam or adamw");
}

optim::Schedule make_schedule(const TrainOptions& options, Index steps) {
  if (options.schedule == "constant") return [lr = options.lr](Index) { return lr; };
  if (options.schedule == "step") {
    return optim::step_decay({.lr = options.lr, .every = (steps + 2) / 3});
  }
  if (options.schedule == "one-cycle")
    return optim::one_cycle({.max_lr = options.lr, .steps = steps});
  throw Error("schedule '" + options.schedule + "': expected constant, step or one-cycle");
}

}  // namespace

Trainer::Trainer(nn::Model& model, const data::Dataset& data, const TrainOptions& options)
    : model_(model),
      data_(data),
      options_(options),
      optimiser_(make_optimiser(nn::tensors(model.parameters()), options)),
      batch_(std::min(options.batch, data.size())),
      steps_per_epoch_(data.size() / batch_),
      schedule_(make_schedule(options, options.epochs * steps_per_epoch_)) {
  model.requires_grad(true);
}

bool Trainer::run_epoch(EpochResult& result, const std::function<bool(const TrainStep&)>& on_step) {
  result = {};
  model_.train();
  std::vector<Index> order(static_cast<std::size_t>(data_.size()));
  std::iota(order.begin(), order.end(), 0);
  keyed_rng(options_.seed, epochs_done_, -1).shuffle(order);

  double loss_sum = 0;
  for (Index step = 0; step < steps_per_epoch_; ++step) {
    const data::Batch batch =
        next_batch({order.data() + step * batch_, static_cast<std::size_t>(batch_)});
    const Index steps_before = epochs_done_ * steps_per_epoch_ + step;
    const double lr = schedule_(steps_before);
    optimiser_->set_lr(lr);
    const Tensor images = attacked(batch, step);
    const bool record = record_every_ > 0 && (steps_before + 1) % record_every_ == 0;
    const auto trace = record ? std::make_shared<Trace>() : nullptr;
    optimiser_->zero_grad();
    const Tensor logits = model_.logits(images);
    const Tensor loss = model_.loss(logits, batch.labels, options_.label_smoothing);
    loss.backward();
    if (trace) trace->stop();
    if (!std::isfinite(loss.item())) diverged(step, images);
    optimiser_->step();

    loss_sum += loss.item();
    const std::vector<Index> given = argmax(logits, 1);
    for (std::size_t i = 0; i < given.size(); ++i) result.correct += given[i] == batch.labels[i];
    result.images += batch_;
    result.loss = loss_sum / static_cast<double>(step + 1);
    const TrainStep done{result, steps_before + 1, loss.item(), lr, trace};
    if (on_step && !on_step(done)) return false;
  }
  for (const auto& [name, weight] : model_.parameters()) {  // nobody saw what the last step did
    if (viz::all_finite({weight})) continue;
    throw DivergedError(text("weights became infinite or NaN in epoch ", epochs_done_ + 1, ": ",
                             name, "; try a smaller learning rate"));
  }
  ++epochs_done_;
  return true;
}

void Trainer::diverged(Index step, const Tensor& images) const {
  Trace trace;
  model_(images);
  trace.stop();
  const std::string first = viz::first_not_finite(trace);
  throw DivergedError(text("the loss became infinite or NaN in epoch ", epochs_done_ + 1, ", step ",
                           step + 1, first.empty() ? "" : " (" + first + ")",
                           "; try a smaller learning rate"));
}

data::Batch Trainer::next_batch(std::span<const Index> places) const {
  data::Batch batch = data::make_batch(data_, places);
  const auto pixels = static_cast<std::size_t>(data_.image_shape.size());
  constexpr Index work_per_pixel = 50;  // noise is slow to draw
  kernels::parallel_for(batch_, work_per_pixel * batch.images.size(), [&](Index task, int) {
    const auto i = static_cast<std::size_t>(task);
    Rng rng = keyed_rng(options_.seed, epochs_done_, places[i]);
    augment(batch.images.mutable_values().subspan(i * pixels, pixels), data_.image_shape,
            options_.augmentation, rng);
  });
  return batch;
}

Tensor Trainer::attacked(const data::Batch& batch, Index step) const {
  if (!options_.attack) return batch.images;
  Rng rng = keyed_rng(options_.seed, epochs_done_, -2 - step);
  return viz::attack(model_, batch.images, batch.labels, options_.attack, rng);
}

std::vector<nn::NamedTensor> Trainer::state() const {
  std::vector<nn::NamedTensor> all;
  for (const auto& [name, tensor] : model_.parameters()) all.push_back({"model." + name, tensor});
  for (const auto& [name, tensor] : model_.buffers()) all.push_back({"model." + name, tensor});
  for (const Tensor& tensor : optimiser_->state()) {
    all.push_back({text("optimiser.", all.size()), tensor});
  }
  return all;
}

}  // namespace glass::training
