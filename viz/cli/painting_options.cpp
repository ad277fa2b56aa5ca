#include <algorithm>
#include <sstream>

#include "nn/io/settings.hpp"
#include "viz/cli/painting.hpp"
#include "viz/settings.hpp"

/// The options of a painting, and what they are where nobody gave them.
namespace glass::viz::cli {

namespace {

/// A description may recommend what the command line takes.
Option& add_setting(Command& command, const std::string& names, auto& value, const char* help) {
  const std::size_t begin = 2, end = names.find_first_of(", ");
  const nn::Setting& setting = nn::maximise_setting(names.substr(begin, end - begin));
  return command.option(names, value, help).within(setting.low, setting.high);
}

/// What --change says: "128:tv=3".
Change read_change(const std::string& word) {
  Change change{};
  char colon = 0;
  std::istringstream words(word);
  std::getline(words >> change.after >> colon, change.setting, '=') >> change.value;
  const bool whole = words && words.eof() && colon == ':' && change.after >= 0;
  const auto known = std::ranges::find(nn::maximise_settings(), change.setting, &nn::Setting::name);
  if (!whole || known == nn::maximise_settings().end() || known->name == "init-noise") {
    throw UsageError("--change '" + word +
                     "': expected STEP:SETTING=NUMBER, such as 128:tv=3, of a setting that counts "
                     "while it steps");
  }
  if (!known->allows(change.value)) {
    throw UsageError("--change '" + word + "': expected " + known->range());
  }
  return change;
}

}  // namespace

void add_objective_options(Command& command, Painting& painting) {
  command.group("What to paint");
  command.option(
      "--class K", painting.classes,
      std::string("Class to maximise: ") + class_help + ", or all; short for --objective logit:K");
  command.option(
      "--objective WORDS", painting.objective,
      std::string("With --class: logit, logprob or softmax. Without: ") + objective_help);
  command
      .option("--count N", painting.count,
              "Pictures of each class, or of what else is asked for, from different noise")
      .within(1, 1000);
  command
      .option(
          "--variety X", painting.variety,
          "How strongly they part from each other while they form, 1 being usual; of --restarts "
          "those are kept that are surely of their class and differ most")
      .within(0, 1000)
      .by_default("none");
}

void add_regulariser_options(Command& command, Regulariser& regulariser, bool variation) {
  const auto setting = [&](const char* names, double& value, const char* help) {
    add_setting(command, names, value, help);
  };
  if (variation) {
    setting("--tv X", regulariser.tv, "Weight of total variation; 0 is off");
    setting("--beta X", regulariser.beta, "Exponent of total variation: 1 sharp edges, 2 smooth");
  }
  setting("--l2 X", regulariser.l2, "Weight of the squared distance from the usual pixel");
  setting("--alpha-norm X", regulariser.alpha_norm, "Weight of the same to the power of --alpha");
  setting("--alpha X", regulariser.alpha, "Exponent of --alpha-norm");
}

void add_painting_options(Command& command, Painting& painting, bool variation) {
  MaximiseOptions& options = painting.options;
  command.group("How to step");
  add_setting(command, "--steps N", options.steps, "Steps of the optimiser");
  add_setting(command, "--lr X", options.lr, "Step size");
  command.option("--optimiser,--optimizer WORD", options.optimiser, "What steps the image")
      .one_of({"adam", "sgd"});
  command.group("What keeps the image natural");
  add_regulariser_options(command, options.regulariser, variation);
  add_setting(command, "--jitter N", options.jitter,
              "Each step sees the image moved by up to this many pixels");
  add_setting(command, "--rotate X", options.rotate, "... and turned by up to this many degrees");
  add_setting(command, "--zoom X", options.zoom, "... and larger or smaller by up to this share");
  command
      .option("--blur X", options.blur,
              "Blur the image by this many pixels, every --blur-every steps")
      .within(0, 100);
  command.option("--blur-every N", options.blur_every, "Steps from blur to blur")
      .within(1, 1000000);
  command
      .option("--parametrisation WORD", options.parametrisation,
              "Coordinates that the optimiser moves")
      .one_of({"pixel", "fourier"});
  command.option("--decorrelate", options.decorrelate, "Move colours as natural ones vary");
  command.group("Where to begin");
  command
      .option("--restarts N", painting.restarts,
              "Runs from other noise; the best pictures are kept; with --variety, 24 unless given")
      .within(1, 1000);
  command.option("--seed N", options.seed, "Seed of the noise and of what each step sees");
  command.option("--init WORD", painting.init, "noise, grey, or the name of a picture");
  add_picture_options(command, painting.picture);
  add_setting(command, "--init-noise X", painting.init_noise, "Standard deviation of the noise");
  command.group("How to step");
  command.option("--stop-after N", options.stop_after, "End after so many steps, planned or not")
      .within(0, 1000000)
      .by_default("all");
  add_threads(command, painting.threads);
  command.note(
      "Where a model's description or the size of pictures asks for other values, these are "
      "the defaults.");
}

void add_changes(Command& command, Painting& painting) {
  command
      .option("--change STEP:X=N,...", painting.changes,
              "After so many steps, setting X (tv, lr, ...) becomes N")
      .with_commas();
}

void add_width(Command& command, int& width) {
  command
      .option("--width N", width,
              "Least width of the sheet in pixels: a few small pictures are enlarged to fill it")
      .within(0, 4096);
}

Painting tuned(const Command& command, const Painting& painting, const nn::Model& model) {
  Painting result = painting;
  MaximiseOptions& options = result.options;
  const MaximiseOptions usual = options_for(model.input_shape);
  if (!command.given("jitter")) options.jitter = usual.jitter;
  if (!command.given("parametrisation")) options.parametrisation = usual.parametrisation;
  if (!command.given("tv")) options.regulariser.tv = usual.regulariser.tv;
  if (!command.given("l2")) options.regulariser.l2 = usual.regulariser.l2;
  if (painting.variety > 0 && !command.given("restarts")) result.restarts = 24;
  for (const auto& [name, value] : model.maximise) {
    if (command.given(name)) continue;
    if (name == "init-noise") {
      result.init_noise = value;
    } else {
      set_option(result.options, name, value);
    }
  }
  for (const std::string& word : painting.changes) {
    const Change& change = result.options.changes.emplace_back(read_change(word));
    // Where --stop-after cuts a run off, as in the manifest of an interrupted one, none is a mistake.
    if (result.options.stop_after == 0 && change.after >= result.options.steps) {
      throw UsageError("--change '" + word + text("': there are ", result.options.steps, " steps"));
    }
  }
  if (is_file(painting.init)) {
    if (!painting.init_picture) {
      expect_path("init", painting.init, {"noise", "grey"});
      result.init_picture = read_picture(painting.init, model, painting.picture);
    }
  } else if (painting.picture.any()) {
    throw UsageError("--resize, --fit, --seen: only with a picture to begin with (--init)");
  }
  return result;
}

}  // namespace glass::viz::cli
