#include "weights/checkpoint.hpp"

#include <algorithm>

#include "nn/io/weights.hpp"

namespace glass::training {

namespace {

/// Named tensors in the clothes of a module, so that weight files can hold them.
class Checkpoint final : public nn::Module {
 public:
  explicit Checkpoint(std::vector<nn::NamedTensor> tensors) : tensors_(std::move(tensors)) {}
  const char* type() const override { return "Checkpoint"; }
  Tensor forward(const Tensor& x) override { return x; }
  std::vector<nn::NamedTensor> own_parameters() const override { return tensors_; }

 private:
  std::vector<nn::NamedTensor> tensors_;
};

struct Setting {
  const char* option;
  double value;
};

double place(const std::vector<std::string>& names, const std::string& name) {
  return static_cast<double>(std::find(names.begin(), names.end(), name) - names.begin());
}

/// What must be the same for a resumed run to continue the saved one, bit for bit. The seed goes in
/// four parts, each small enough to be exact in single precision.
std::vector<Setting> settings(const Trainer& trainer) {
  const TrainOptions& options = trainer.options();
  std::vector<Setting> all{
      {"--batch", static_cast<double>(options.batch)},
      {"--lr", options.lr},
      {"--optimiser", place(optimiser_names, options.optimiser)},
      {"--momentum", options.momentum},
      {"--weight-decay", options.weight_decay},
      {"--schedule", place(schedule_names, options.schedule)},
      {"--label-smoothing", options.label_smoothing},
      {"--augment", static_cast<double>(options.augmentation.flip)},
      {"--noise", options.augmentation.noise},
      {"--shift", static_cast<double>(options.augmentation.shift)},
      {"--adversarial", place(viz::attack_norms, options.attack.norm)},
      {"--eps", options.attack.eps},
      {"--pgd-steps", static_cast<double>(options.attack.steps)},
      {"--data", static_cast<double>(trainer.images_per_epoch())},
  };
  for (int part = 0; part < 4; ++part) {
    all.push_back({"--seed", static_cast<double>(options.seed >> (16 * part) & 0xffff)});
  }
  for (const Index label : options.classes) {
    all.push_back({"--classes", static_cast<double>(label)});
  }
  return all;
}

Tensor to_tensor(const std::vector<Setting>& settings) {
  std::vector<double> values;
  for (const Setting& setting : settings) values.push_back(setting.value);
  return Tensor::from({static_cast<Index>(values.size())}, values);
}

/// `progress` is [epochs done, epochs planned, best epoch, images that it answered].
Checkpoint checkpoint(const Trainer& trainer, const BestWeights& best, const Tensor& progress,
                      const Tensor& options) {
  std::vector<nn::NamedTensor> all = trainer.state();
  all.insert(all.end(), best.state().begin(), best.state().end());
  all.push_back({"progress", progress});
  // Runs on all classes keep the name that they had before classes could be picked.
  const bool picked = !trainer.options().classes.empty();
  all.push_back({picked ? "options with --classes" : "options", options});
  return Checkpoint(std::move(all));
}

}  // namespace

void save_checkpoint(const Trainer& trainer, const BestWeights& best, const std::string& path) {
  const Tensor progress =
      Tensor::from({4}, {static_cast<double>(trainer.epochs_done()),
                         static_cast<double>(trainer.options().epochs),
                         static_cast<double>(best.epoch()), static_cast<double>(best.correct())});
  nn::save_weights(checkpoint(trainer, best, progress, to_tensor(settings(trainer))), path);
}

int load_checkpoint(Trainer& trainer, BestWeights& best, const std::string& path,
                    const nn::LoadOptions& load) {
  const std::vector<Setting> ours = settings(trainer);
  const Tensor expected = to_tensor(ours), found = Tensor::zeros(expected.shape());
  const Tensor progress = Tensor::zeros({4});
  Checkpoint content = checkpoint(trainer, best, progress, found);
  nn::load_weights(content, path, load);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (found.values()[i] != expected.values()[i]) {
      throw FileError(
          text(path, ": this run began with another ", ours[i].option,
               "; repeat its options, or begin anew with --overwrite in place of --resume"));
    }
  }
  trainer.set_epochs_done(static_cast<int>(progress.values()[0]));
  best.set_record(static_cast<int>(progress.values()[2]), static_cast<Index>(progress.values()[3]));
  return static_cast<int>(progress.values()[1]);
}

}  // namespace glass::training
