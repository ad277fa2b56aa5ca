#include "viz/cli/painting.hpp"

#include <algorithm>
#include <iomanip>
#include <map>
#include <optional>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "nn/io/settings.hpp"
#include "nn/io/sha256.hpp"
#include "viz/cli/watch.hpp"
#include "viz/start.hpp"

namespace glass::viz::cli {

namespace {

Index picture_count(const Objective& objective, const Painting& painting) {
  if (painting.count == 1) return objective.pictures();
  if (objective.pictures() == 1) return painting.count;
  throw UsageError("--count: only for one picture, not for all");
}

/// What the noise of each picture depends on, besides the seed.
std::vector<Index> noise_keys(const Objective& objective, Index count) {
  std::vector<Index> keys;
  for (Index n = 0; n < count; ++n) {
    const Index unit = std::max<Index>(objective.unit(n), 0);
    keys.push_back(objective.pictures() > 1 ? unit : unit + 1000 * n);
  }
  return keys;
}

/// A description may recommend what the command line takes.
Option& add_setting(Command& command, const std::string& names, auto& value, const char* help) {
  const std::size_t begin = 2, end = names.find_first_of(", ");
  const nn::Setting& setting = nn::maximise_setting(names.substr(begin, end - begin));
  return command.option(names, value, help).within(setting.low, setting.high);
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
  command.option("--count N", painting.count, "Pictures of the same objective").within(1, 1000);
}

void add_regulariser_options(Command& command, Regulariser& regulariser, bool variation) {
  const auto setting = [&](const char* names, double& value, const char* help) {
    add_setting(command, names, value, help);
  };
  if (variation) {
    setting("--tv X", regulariser.tv, "Weight of total variation, the same at any size; 0 is off");
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
      .option("--restarts N", painting.restarts, "Runs from other noise; the best picture is kept")
      .within(1, 1000);
  command.option("--seed N", options.seed, "Seed of the noise and of what each step sees");
  command.option("--init WORD", painting.init, "noise, grey, or the name of a picture");
  add_picture_options(command, painting.picture);
  add_setting(command, "--init-noise X", painting.init_noise, "Standard deviation of the noise");
  command.group("How to step");
  command.option("--stop-after N", options.stop_after, "End after so many of the steps")
      .within(0, 1000000)
      .by_default("all");
  command.option("--threads N", painting.threads, "Threads; 0 uses every core").within(0, 1024);
  command.note("Where a model's description recommends other values, these are the defaults.");
}

Painting tuned(const Command& command, const Painting& painting, const nn::Model& model) {
  Painting result = painting;
  MaximiseOptions& options = result.options;
  const std::map<std::string, std::function<void(double)>> setters{
      {"steps", [&](double v) { options.steps = static_cast<int>(v); }},
      {"lr", [&](double v) { options.lr = v; }},
      {"tv", [&](double v) { options.regulariser.tv = v; }},
      {"beta", [&](double v) { options.regulariser.beta = v; }},
      {"l2", [&](double v) { options.regulariser.l2 = v; }},
      {"alpha-norm", [&](double v) { options.regulariser.alpha_norm = v; }},
      {"alpha", [&](double v) { options.regulariser.alpha = v; }},
      {"jitter", [&](double v) { options.jitter = static_cast<int>(v); }},
      {"rotate", [&](double v) { options.rotate = v; }},
      {"zoom", [&](double v) { options.zoom = v; }},
      {"init-noise", [&](double v) { result.init_noise = v; }},
  };
  for (const auto& [name, value] : model.maximise) {
    if (!command.given(name)) setters.at(name)(value);
  }
  if (is_file(painting.init)) {
    if (!painting.init_picture) {
      result.init_picture = read_picture(painting.init, model, painting.picture);
    }
  } else if (painting.picture.any()) {
    throw UsageError("--resize, --fit, --seen: only with a picture to begin with (--init)");
  }
  return result;
}

Objective objective_of(const Painting& painting, const nn::Model& model) {
  return objective_of(painting.classes, painting.objective, model);
}

Tensor initial_images(const Painting& painting, const nn::Model& model, const Objective& objective,
                      std::uint64_t seed) {
  const Shape& shape = model.input_shape;
  const Index count = picture_count(objective, painting);
  if (painting.init == "noise") {
    return initial_noise(model, noise_keys(objective, count), seed, painting.init_noise);
  }
  const Tensor one = painting.init == "grey" ? Tensor::full({1, shape[0], shape[1], shape[2]}, 0.5)
                                             : painting.init_picture;
  return cat(std::vector<Tensor>(static_cast<std::size_t>(count), one), 0);
}

Painted paint(nn::Model& model, const Objective& objective, const Painting& painting,
              const std::function<void(const MaximiseStep&)>& on_step) {
  if (painting.options.decorrelate && model.input_shape[0] != 3) {
    throw UsageError(text("--decorrelate: ", model.name,
                          " takes images whose channels are no "
                          "colours: expected 3, found ",
                          model.input_shape[0]));
  }
  kernels::set_threads(painting.threads);
  Painted painted;
  painted.weights_before = weights_sha256(model);
  std::optional<Watch> watch;
  if (painting.watch) watch.emplace(model, objective, painting);
  std::vector<MaximiseResult> runs;
  for (int run = 0; run < painting.restarts && (run == 0 || !interrupted()); ++run) {
    MaximiseOptions options = painting.options;
    options.seed += static_cast<std::uint64_t>(run) << 32;
    options.record = options.record || painting.watch;
    const Tensor init = initial_images(painting, model, objective, options.seed);
    runs.push_back(maximise(model, objective, init, options, [&](const MaximiseStep& step) {
      if (on_step) on_step(step);
      if (watch) {
        watch->show(run, step);
      } else {
        show_progress(text(painting.restarts > 1 ? text("run ", run + 1, "  ") : "", "step ",
                           step.step, "/", step.steps, "  objective ", step.objective,
                           "  regulariser ", step.penalty));
      }
      return !interrupted();
    }));
  }
  if (!watch) end_progress();
  painted.result = best_of(runs);
  painted.weights_after = weights_sha256(model);
  if (painted.weights_before != painted.weights_after) {
    throw std::logic_error("the weights changed while the image was trained");
  }
  report_unreached(model, objective, painted.result.images, painted.result.reached,
                   {.image = "another start (--init noise, another --seed)",
                    .logit = logit_instead(painting.objective)});
  if (objective.of_class()) {
    const NoGrad no_grad;
    const Tensor p = objective.probability(model, painted.result.images);
    painted.probability.assign(p.values().begin(), p.values().end());
  }
  return painted;
}

void print_scores(const nn::Model& model, const Objective& objective, const Painted& painted) {
  for (std::size_t n = 0; n < painted.result.objective_after.size(); ++n) {
    const std::string surely =
        objective.of_class() ? formatted("%8.2f %%", 100 * painted.probability[n]) : "";
    print_line(text(std::setw(12), objective.label(model, static_cast<Index>(n)), surely,
                    "   objective ", formatted("%.4g", painted.result.objective_after[n]),
                    ", from ", formatted("%.4g", painted.result.objective_before[n])));
  }
}

void add_width(Command& command, int& width) {
  command
      .option("--width N", width,
              "Least width of the sheet in pixels: a few small pictures are enlarged to fill it")
      .within(0, 4096);
}

bool is_file(const std::string& init) { return init != "noise" && init != "grey"; }

void add_init(Manifest& manifest, const Painting& painting) {
  if (is_file(painting.init)) manifest.add_file("init", painting.init);
}

void describe(Manifest& manifest, const Painting& painting, const MaximiseResult& result) {
  if (result.steps < painting.options.steps)
    manifest.set("stop-after", std::to_string(result.steps));
}

}  // namespace glass::viz::cli
