#include "viz/cli/painting.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "nn/io/settings.hpp"
#include "nn/io/sha256.hpp"
#include "viz/batch.hpp"
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
CLI::Validator bounds_of(const std::string& name) {
  const nn::Setting& setting = nn::maximise_setting(name);
  if (!setting.whole) return within(setting.low, setting.high);
  return CLI::Range(static_cast<int>(setting.low), static_cast<int>(setting.high));
}

}  // namespace

void add_objective_options(CLI::App& command, Painting& painting) {
  command.add_option(
      "--class", painting.classes,
      std::string("Class to maximise: ") + class_help + ", or all; short for --objective logit:K");
  command
      .add_option(
          "--objective", painting.objective,
          std::string("With --class: logit, logprob or softmax. Without: ") + objective_help)
      ->capture_default_str();
  command.add_option("--count", painting.count, "Pictures of the same objective")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

void add_regulariser_options(CLI::App& command, Regulariser& regulariser) {
  const auto option = [&](const char* name, double& value, const char* help) {
    return command.add_option(name, value, help)->capture_default_str();
  };
  option("--tv", regulariser.tv, "Weight of total variation, the same at any size; 0 is off")
      ->check(bounds_of("tv"));
  option("--beta", regulariser.beta, "Exponent of total variation: 1 sharp edges, 2 smooth")
      ->check(bounds_of("beta"));
  option("--l2", regulariser.l2, "Weight of the squared distance from the usual pixel")
      ->check(bounds_of("l2"));
  option("--alpha-norm", regulariser.alpha_norm, "Weight of the same to the power of --alpha")
      ->check(bounds_of("alpha-norm"));
  option("--alpha", regulariser.alpha, "Exponent of --alpha-norm")->check(bounds_of("alpha"));
}

void add_painting_options(CLI::App& command, Painting& painting) {
  MaximiseOptions& options = painting.options;
  const auto option = [&](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)->capture_default_str();
  };
  option("--steps", options.steps, "Steps of the optimiser")->check(bounds_of("steps"));
  option("--lr", options.lr, "Step size")->check(bounds_of("lr"));
  option("--optimiser,--optimizer", options.optimiser, "What steps the image")
      ->check(CLI::IsMember({"adam", "sgd"}));
  add_regulariser_options(command, options.regulariser);
  option("--jitter", options.jitter, "Each step sees the image moved by up to this many pixels")
      ->check(bounds_of("jitter"));
  option("--rotate", options.rotate, "... and turned by up to this many degrees")
      ->check(bounds_of("rotate"));
  option("--zoom", options.zoom, "... and larger or smaller by up to this share")
      ->check(bounds_of("zoom"));
  option("--blur", options.blur, "Blur the image by this many pixels, every --blur-every steps")
      ->check(within(0, 100));
  option("--blur-every", options.blur_every, "Steps from blur to blur")
      ->check(CLI::Range(1, 1000000));
  option("--parametrisation", options.parametrisation, "Coordinates that the optimiser moves")
      ->check(CLI::IsMember({"pixel", "fourier"}));
  command.add_flag("--decorrelate", options.decorrelate, "Move colours as natural ones vary");
  option("--restarts", painting.restarts, "Runs from other noise; the best picture is kept")
      ->check(CLI::Range(1, 1000));
  option("--seed", options.seed, "Seed of the noise and of what each step sees");
  option("--init", painting.init, "Where to begin: noise, grey, or a picture");
  add_picture_options(command, painting.picture);
  option("--init-noise", painting.init_noise, "Standard deviation of the noise")
      ->check(bounds_of("init-noise"));
  command.add_option("--stop-after", options.stop_after, "End after so many of the steps")
      ->check(CLI::Range(0, 1000000));
  option("--threads", painting.threads, "Threads; 0 uses every core")->check(CLI::Range(0, 1024));
  command.footer(
      help_footer("Where a model's description recommends other values, these are the defaults."));
}

Painting tuned(const CLI::App& command, const Painting& painting, const nn::Model& model) {
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
    const CLI::Option* option = command.get_option_no_throw("--" + name);
    if (!option || option->count() == 0) setters.at(name)(value);
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
  return repeat(one, count);
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

bool is_file(const std::string& init) { return init != "noise" && init != "grey"; }

void add_init(Manifest& manifest, const Painting& painting) {
  if (is_file(painting.init)) manifest.add_file("init", painting.init);
}

void describe(Manifest& manifest, const Painting& painting, const MaximiseResult& result) {
  if (result.steps < painting.options.steps)
    manifest.set("stop-after", std::to_string(result.steps));
}

}  // namespace glass::viz::cli
