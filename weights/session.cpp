#include "weights/session.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "nn/io/files.hpp"
#include "nn/io/json_text.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/sha256.hpp"
#include "nn/printable.hpp"
#include "viz/cli/program.hpp"
#include "viz/cli/progress.hpp"
#include "viz/pictures/data.hpp"
#include "weights/card.hpp"
#include "weights/checkpoint.hpp"
#include "weights/outputs.hpp"
#include "weights/progress.hpp"
#include "weights/starting_model.hpp"
#include "weights/training_report.hpp"

namespace glass::training {

namespace {

namespace fs = std::filesystem;
using namespace viz::cli;

/// Weights that lie there must be those that the resumed run left.
void check_own_weights(const Session& session, const Outputs& outputs, nn::Model& model,
                       const BestWeights& best) {
  if (session.overwrite || !fs::exists(outputs.weights)) return;
  const BestWeights last(model);
  best.restore(model);
  const std::string own = viz::weights_sha256(model);
  std::string found;
  try {
    nn::load_weights(model, outputs.weights, session.load);
    found = viz::weights_sha256(model);
  } catch (const FileError&) {  // another network's
  }
  last.restore(model);
  if (found == own) return;
  throw UsageError(outputs.weights +
                   ": not the weights of the run that is resumed; --overwrite replaces them");
}

void resume(const Session& session, const Outputs& outputs, nn::Model& model, Trainer& trainer,
            BestWeights& best) {
  const int planned = load_checkpoint(trainer, best, outputs.checkpoint, session.load);
  check_own_weights(session, outputs, model, best);
  if (planned == session.options.epochs || session.options.schedule == "constant") return;
  notice(text(outputs.checkpoint, " was planned for ", planned,
              " epochs; from here on the learning rate is that of ", session.options.epochs));
}

std::vector<std::string> picked_names(const data::DataFolder& data) {
  std::vector<std::string> names;
  for (const Index label : data.picked) {
    names.push_back(data.names[static_cast<std::size_t>(label)]);
  }
  return names;
}

/// "3, 8: of the data set's 10"
std::string picked_text(const data::DataFolder& data) {
  if (data.picked.empty()) return {};
  return text(nn::comma_list(picked_names(data)), ": of the data set's ", data.names.size());
}

/// What is trained, without values; a new network suits the data.
nn::Model model_of(const Session& session) {
  if (!session.create) {
    return nn::load_description(session.model, session.options.seed, nn::InitialValues::none);
  }
  const fs::path path = session.model;
  if (path.extension() != ".json") throw UsageError(session.model + ": expected a name in .json");
  if (fs::exists(path) && !session.overwrite) {
    throw UsageError(session.model +
                     ": is there already; without --new it is trained, --overwrite replaces it");
  }
  return starting_model(path.stem().string(), session.data, session.classes);
}

/// Reads what there is to learn; classes without names get those of what is picked.
data::DataFolder read_data(const Session& session, nn::Model& model) {
  try {
    data::DataFolder data =
        as_usage([&] { return viz::read_data(session.data, model, session.classes, notice); });
    if (model.classes.empty()) {
      model.classes = picked_names(data);  // of which not all may be names of classes: said now
      const std::string& path = session.output;
      nn::parse_description(nn::to_description(model, path), path, 0, nn::InitialValues::none);
    }
    return data;
  } catch (const UsageError& error) {
    throw UsageError(text("--classes: ", error.what()));
  }
}

/// A card without evaluations.
Card card_so_far(const Session& session, const Trainer& trainer, const BestWeights& best,
                 const data::DataFolder& data) {
  return {.data = data::name_of(session.data),
          .classes = picked_text(data),
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
void run_epochs(const Session& session, const Outputs& outputs, nn::Model& model, Trainer& trainer,
                BestWeights& best, const data::DataFolder& data,
                std::optional<TrainingReport>& report) {
  const Stopwatch since_start;
  Progress progress;
  Index images_before = 0;
  while (trainer.epochs_done() < session.options.epochs) {
    const Stopwatch since_epoch;
    const auto on_step = [&](const TrainStep& step) {
      if (report) report->add(step);
      const ImagesSeen seen{.epoch = trainer.epochs_done() + 1,
                            .epochs = session.options.epochs,
                            .images = step.so_far.images,
                            .images_per_epoch = trainer.images_per_epoch(),
                            .images_this_session = images_before + step.so_far.images,
                            .seconds = since_start.seconds()};
      progress.show(progress_bar(seen), seen.share());
      return !interrupted();
    };
    EpochResult result;
    if (!trainer.run_epoch(result, on_step)) break;
    images_before += result.images;
    const Evaluation validation = evaluate(model, data.validation, session.options.attack);
    best.consider(model, trainer.epochs_done(), validation.correct());
    save_checkpoint(trainer, best, outputs.checkpoint);
    // So that the next to resume finds the checkpoint's weights beside it.
    const bool improved = best.epoch() == trainer.epochs_done();
    if (session.resume && improved) nn::save_weights(model, outputs.weights);
    progress.clear();
    const Evaluation test = evaluate(model, data.test);
    print_line(epoch_line(trainer, result, validation, test, since_epoch.seconds()));
    if (!report) continue;
    report->end_epoch(result, validation, test);
    write_report(session, *report, card_so_far(session, trainer, best, data));
  }
}

/// Description, weights, model card and report.
void write_results(const Session& session, const Outputs& outputs, nn::Model& model,
                   const Trainer& trainer, const BestWeights& best, const data::DataFolder& data,
                   const std::optional<TrainingReport>& report) {
  best.restore(model);
  nn::save_model(model, outputs.description);
  Card card = card_so_far(session, trainer, best, data);
  card.validation = evaluate(model, data.validation);
  card.test = evaluate(model, data.test);
  for (viz::Attack attack : session.test_attacks) {
    attack.steps = 20;  // more than in training: a weak attack flatters
    card.robust.push_back({attack, evaluate(model, data.test, attack)});
  }
  nn::write_file(outputs.card, write_card(model, card));
  if (report) write_report(session, *report, card);
  print_line("test accuracy: " + accuracy_text(card.test.correct(), card.test.total()));
  for (const std::string& output : {outputs.description, outputs.weights, outputs.card}) {
    print_line(output);
  }
  if (report) print_line(session.report);
}

/// Of few images small batches, for a pass to have steps to learn in.
Index usual_batch(Index images) { return std::clamp<Index>(images / 16, 8, 64); }

/// So few that batch normalisation's running values do not follow the weights.
constexpr Index few_steps = 100;

}  // namespace

int run_session(const Session& session) {
  nn::Model model = model_of(session);
  const Outputs outputs = choose_outputs(session, model);
  nn::json_text(model.weights);  // throws now, not after the training, if it is not UTF-8
  const data::DataFolder data = read_data(session, model);
  TrainOptions options = session.options;
  options.classes = data.picked;
  if (options.batch == 0) options.batch = usual_batch(data.training.size());
  const Index batch = std::min(options.batch, data.training.size());
  as_usage([&] { model.check_batch(batch); });
  if (session.create) {
    measure_input(model, data.training);
    nn::write_file(outputs.description, nn::to_description(model, outputs.description));
    print_line(outputs.description + ": a new network for images of " + text(model.input_shape));
    const Index steps = data.training.size() / batch * options.epochs;
    if (steps < few_steps) {
      notice(
          text(steps, " steps are few to learn in; a smaller --batch or more --epochs gives more"));
    }
  }
  if (model.usual.empty()) model.usual = data::usual_pixel(data.training);
  nn::draw_parameters(model, session.options.seed);  // only now is there memory for them
  Trainer trainer(model, data.training, options);
  BestWeights best(model);
  if (session.resume) resume(session, outputs, model, trainer, best);

  std::optional<TrainingReport> report;
  if (!session.report.empty()) report.emplace(model, trainer);

  catch_interrupts();
  try {
    run_epochs(session, outputs, model, trainer, best, data, report);
  } catch (const DivergedError& error) {
    throw FileError(error.what());
  }
  if (best.epoch() > 0) write_results(session, outputs, model, trainer, best, data, report);
  if (trainer.epochs_done() >= session.options.epochs) return exit_done;
  return finish(trainer.epochs_done(), session.options.epochs, "epochs", session.output);
}

}  // namespace glass::training
