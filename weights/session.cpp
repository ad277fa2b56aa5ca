#include "weights/session.hpp"

#include <filesystem>
#include <iostream>

#include "nn/files.hpp"
#include "viz/cli/program.hpp"
#include "weights/card.hpp"
#include "weights/checkpoint.hpp"
#include "weights/data_folder.hpp"
#include "weights/progress.hpp"

namespace glass::inline GLASS_PRECISION::training {

namespace {

namespace fs = std::filesystem;
using namespace viz::cli;

/// The weight file that the description names, except that a network which is trained into another
/// description must not overwrite the weights of this one.
std::string weights_name(const Session& session, const nn::Model& model) {
  const auto whole = [](const std::string& path) { return fs::absolute(path).lexically_normal(); };
  if (!model.weights.empty() && whole(session.output) == whole(session.model)) return model.weights;
  const bool json = fs::path(model.weights).extension() == ".json";
  return fs::path(session.output).stem().string() + (json ? "-weights.json" : ".safetensors");
}

std::string beside(const Session& session, const char* extension) {
  return fs::path(session.output).replace_extension(extension).string();
}

void resume(const Session& session, Trainer& trainer, BestWeights& best) {
  const std::string checkpoint = beside(session, ".checkpoint.safetensors");
  const int planned = load_checkpoint(trainer, best, checkpoint);
  if (planned == session.options.epochs || session.options.schedule == "constant") return;
  std::cerr << "train: " << checkpoint << " was planned for " << planned
            << " epochs; from here on the learning rate is that of " << session.options.epochs
            << '\n';
}

/// Runs the epochs that are missing; ends early if interrupted.
void run_epochs(const Session& session, nn::Model& model, Trainer& trainer, BestWeights& best,
                const DataFolder& data) {
  const Stopwatch since_start;
  Index images_before = 0;
  while (trainer.epochs_done() < session.options.epochs) {
    const Stopwatch since_epoch;
    const auto on_step = [&](const EpochResult& so_far) {
      show_progress(progress_bar({.epoch = trainer.epochs_done() + 1,
                                  .epochs = session.options.epochs,
                                  .images = so_far.images,
                                  .images_per_epoch = trainer.images_per_epoch(),
                                  .images_this_session = images_before + so_far.images,
                                  .seconds = since_start.seconds()}));
      return !interrupted();
    };
    EpochResult result;
    if (!trainer.run_epoch(result, on_step)) break;
    images_before += result.images;
    const Evaluation validation = evaluate(model, data.validation, session.options.attack);
    best.consider(model, trainer.epochs_done(), validation.correct());
    save_checkpoint(trainer, best, beside(session, ".checkpoint.safetensors"));
    end_progress();
    const Evaluation test = evaluate(model, data.test);
    std::cout << epoch_line(trainer, result, validation, test, since_epoch.seconds()) << std::endl;
  }
  end_progress();
}

/// Description, weights and model card.
void write_results(const Session& session, nn::Model& model, const Trainer& trainer,
                   const BestWeights& best, const DataFolder& data) {
  if (best.epoch() > 0) best.restore(model);
  nn::save_model(model, session.output);
  Card card{.data = fs::canonical(session.data).filename().string(),
            .training_images = data.training.size(),
            .command = session.command,
            .seed = session.options.seed,
            .commit = session.commit,
            .epochs = trainer.epochs_done(),
            .planned_epochs = session.options.epochs,
            .best_epoch = best.epoch(),
            .validation = evaluate(model, data.validation),
            .test = evaluate(model, data.test),
            .robust = {}};
  for (Attack attack : session.test_attacks) {
    attack.steps = 20;  // more than in training: a weak attack flatters
    card.robust.push_back({attack, evaluate(model, data.test, attack)});
  }
  nn::write_file(beside(session, ".md"), write_card(model, card));
  std::cout << "test accuracy: " << accuracy_text(card.test.correct(), card.test.total()) << '\n'
            << session.output << '\n'
            << fs::path(session.output).replace_filename(model.weights).string() << '\n'
            << beside(session, ".md") << '\n';
}

}  // namespace

int run_session(const Session& session) {
  const fs::path folder = fs::absolute(session.output).parent_path();
  if (!fs::is_directory(folder)) throw IoError(folder.string() + ": no such folder");
  nn::Model model = nn::load_description(session.model, session.options.seed);
  model.weights = weights_name(session, model);
  const DataFolder data = read_data_folder(session.data, model.input_shape, model.class_count());
  Trainer trainer(model, data.training, session.options);
  BestWeights best(model);
  if (session.resume) resume(session, trainer, best);

  catch_interrupts();
  try {
    run_epochs(session, model, trainer, best, data);
  } catch (const DivergedError& error) {
    throw UsageError(error.what());
  }
  write_results(session, model, trainer, best, data);
  if (trainer.epochs_done() >= session.options.epochs) return exit_done;
  std::cerr << "train: interrupted after " << trainer.epochs_done() << " of "
            << session.options.epochs << " epochs; the best weights so far are in "
            << session.output << '\n';
  return exit_interrupted;
}

}  // namespace glass::inline GLASS_PRECISION::training
