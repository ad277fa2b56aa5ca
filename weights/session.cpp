#include "weights/session.hpp"

#include <filesystem>
#include <optional>

#include "nn/files.hpp"
#include "nn/json_text.hpp"
#include "viz/cli/program.hpp"
#include "weights/card.hpp"
#include "weights/checkpoint.hpp"
#include "weights/data_folder.hpp"
#include "weights/progress.hpp"
#include "weights/training_report.hpp"

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
  const int planned = load_checkpoint(trainer, best, checkpoint, session.load);
  if (planned == session.options.epochs || session.options.schedule == "constant") return;
  notice(text(checkpoint, " was planned for ", planned,
              " epochs; from here on the learning rate is that of ", session.options.epochs));
}

/// A card without evaluations.
Card card_so_far(const Session& session, const Trainer& trainer, const BestWeights& best,
                 const DataFolder& data) {
  return {.data = fs::canonical(session.data).filename().string(),
          .training_images = data.training.size(),
          .command = session.command,
          .seed = session.options.seed,
          .commit = session.commit,
          .epochs = trainer.epochs_done(),
          .planned_epochs = session.options.epochs,
          .best_epoch = best.epoch(),
          .validation = {},
          .test = {},
          .robust = {}};
}

void write_report(const Session& session, const TrainingReport& report, const Card& card) {
  nn::write_file(session.report, viz::to_html(report.report(card)));
}

/// Runs the epochs that are missing; ends early if interrupted.
void run_epochs(const Session& session, nn::Model& model, Trainer& trainer, BestWeights& best,
                const DataFolder& data, std::optional<TrainingReport>& report) {
  const Stopwatch since_start;
  Index images_before = 0;
  while (trainer.epochs_done() < session.options.epochs) {
    const Stopwatch since_epoch;
    const auto on_step = [&](const TrainStep& step) {
      if (report) report->add(step);
      show_progress(progress_bar({.epoch = trainer.epochs_done() + 1,
                                  .epochs = session.options.epochs,
                                  .images = step.so_far.images,
                                  .images_per_epoch = trainer.images_per_epoch(),
                                  .images_this_session = images_before + step.so_far.images,
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
    print_line(epoch_line(trainer, result, validation, test, since_epoch.seconds()));
    if (!report) continue;
    report->end_epoch(result, validation, test);
    write_report(session, *report, card_so_far(session, trainer, best, data));
  }
  end_progress();
}

/// Description, weights, model card and report.
void write_results(const Session& session, nn::Model& model, const Trainer& trainer,
                   const BestWeights& best, const DataFolder& data,
                   const std::optional<TrainingReport>& report) {
  best.restore(model);
  nn::save_model(model, session.output);
  Card card = card_so_far(session, trainer, best, data);
  card.validation = evaluate(model, data.validation);
  card.test = evaluate(model, data.test);
  for (Attack attack : session.test_attacks) {
    attack.steps = 20;  // more than in training: a weak attack flatters
    card.robust.push_back({attack, evaluate(model, data.test, attack)});
  }
  nn::write_file(beside(session, ".md"), write_card(model, card));
  if (report) write_report(session, *report, card);
  print_line("test accuracy: " + accuracy_text(card.test.correct(), card.test.total()));
  print_line(session.output);
  print_line(fs::path(session.output).replace_filename(model.weights).string());
  print_line(beside(session, ".md"));
  if (report) print_line(session.report);
}

}  // namespace

int run_session(const Session& session) {
  for (const std::string& output : {session.output, session.report}) {
    if (output.empty()) continue;
    const fs::path folder = fs::absolute(output).parent_path();
    if (!fs::is_directory(folder)) throw IoError(folder.string() + ": no such folder");
  }
  nn::Model model = nn::load_description(session.model, session.options.seed);
  model.weights = weights_name(session, model);
  nn::json_text(model.weights);  // throws now, not after the training, if it is not UTF-8
  const DataFolder data = read_data_folder(session.data, model.input_shape, model.class_count());
  Trainer trainer(model, data.training, session.options);
  BestWeights best(model);
  if (session.resume) resume(session, trainer, best);

  std::optional<TrainingReport> report;
  if (!session.report.empty()) report.emplace(model, trainer);

  catch_interrupts();
  try {
    run_epochs(session, model, trainer, best, data, report);
  } catch (const DivergedError& error) {
    throw UsageError(error.what());
  }
  if (best.epoch() > 0) write_results(session, model, trainer, best, data, report);
  if (trainer.epochs_done() >= session.options.epochs) return exit_done;
  return finish(trainer.epochs_done(), session.options.epochs, "epochs", session.output);
}

}  // namespace glass::inline GLASS_PRECISION::training
