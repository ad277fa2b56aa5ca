#include "viz/cli/painting.hpp"

#include <algorithm>
#include <iomanip>
#include <optional>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "autograd/threads.hpp"
#include "nn/io/sha256.hpp"
#include "viz/best_of.hpp"
#include "viz/cli/watch.hpp"
#include "viz/memory.hpp"
#include "viz/scores.hpp"
#include "viz/start.hpp"

namespace glass::viz::cli {

namespace {

std::string gigabytes(double bytes) { return formatted("%.1f GB", bytes / 1e9); }

/// What the noise of each picture depends on, besides the seed.
std::vector<Index> noise_keys(const Objective& objective, Index pictures) {
  std::vector<Index> keys;
  for (Index n = 0; n < pictures; ++n) {
    const Index unit = std::max<Index>(objective.unit(n), 0);
    keys.push_back(unit + 1000 * (n / objective.pictures()));
  }
  return keys;
}

}  // namespace

Objective objective_of(const Painting& painting, nn::Model& model) {
  const Objective objective = objective_of(painting.classes, painting.objective, model);
  if (painting.variety == 0) return objective;
  if (painting.count == 1) throw UsageError("--variety: one picture has none; expected --count N");
  const Index layer = last_hidden_layer(model);
  if (layer < 0) throw UsageError("--variety: " + model.name + " has no hidden layer");
  const double weight = 1.75 * painting.variety;
  return Objective(model, text(objective.expression(), " + ",
                               formatted("%.3g", weight * objective_unit(model, objective)),
                               "*variety:", model.layers.alias(layer)));
}

Tensor initial_images(const Painting& painting, const nn::Model& model, const Objective& objective,
                      std::uint64_t seed) {
  const Shape& shape = model.input_shape;
  const Index count = objective.pictures() * painting.count;
  if (painting.init == "noise") {
    return initial_noise(model, noise_keys(objective, count), seed, painting.init_noise);
  }
  const Tensor one = painting.init == "grey" ? Tensor::full({1, shape[0], shape[1], shape[2]}, 0.5)
                                             : painting.init_picture;
  return cat(std::vector<Tensor>(static_cast<std::size_t>(count), one), 0);
}

void expect_memory(const nn::Model& model, Index last, Index pictures, const std::string& advice) {
  constexpr double much = 2e9;
  const double bytes = static_cast<double>(pictures) * bytes_per_picture(model, last);
  if (bytes < much) return;
  const std::string need =
      text(model.name, ": ", pictures, pictures == 1 ? " picture of " : " pictures of ",
           Size2(model.input_shape[1], model.input_shape[2]), " at once take some ",
           gigabytes(bytes), " of memory");
  if (bytes < machine_memory()) return notice(need);
  throw IoError(text(need, ", this machine has ", gigabytes(machine_memory()), "; ", advice));
}

Painted paint(nn::Model& model, const Objective& objective, const Painting& painting,
              Progress& progress, const std::function<void(const MaximiseStep&)>& on_step) {
  if (painting.options.decorrelate && model.input_shape[0] != 3) {
    throw UsageError(text("--decorrelate: ", model.name,
                          " takes images whose channels are no "
                          "colours: expected 3, found ",
                          model.input_shape[0]));
  }
  kernels::set_threads(painting.threads);
  expect_memory(model, objective.last_layer(), objective.pictures() * painting.count,
                painting.count > 1 ? "a smaller --count takes less" : "one at a time takes less");
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
        const double share = static_cast<double>(step.step) / options.last_step();
        progress.show(
            text(painting.restarts > 1 ? text("run ", run + 1, "  ") : "", "step ", step.step, "/",
                 step.steps, "  objective ", formatted("%.4g", step.objective), "  regulariser ",
                 formatted("%.4g", step.penalty)),
            (run + share) / painting.restarts);
      }
      return !interrupted();
    }));
  }
  progress.clear();
  painted.result = best_of(model, objective, runs);
  painted.weights_after = weights_sha256(model);
  if (painted.weights_before != painted.weights_after) {
    throw std::logic_error("the weights changed while the image was trained");
  }
  report_unreached(model, objective, painted.result.images, painted.result.reached,
                   {.image = "another start (--init noise, another --seed)",
                    .logit = logit_instead(painting.objective)});
  if (objective.of_class()) {
    const NoGrad no_grad;
    painted.probability = doubles(objective.probability(model, painted.result.images));
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

bool is_file(const std::string& init) { return init != "noise" && init != "grey"; }

void begin(Manifest& manifest, const Painting& painting, std::vector<OutputFile> outputs) {
  if (is_file(painting.init)) manifest.add_file("init", painting.init);
  outputs.push_back({painting.picture.seen, ".png"});
  manifest.will_write(outputs);
  if (painting.init_picture) write_seen(painting.picture, painting.init_picture);
  catch_interrupts();
}

void describe(Manifest& manifest, const Painting& painting, const MaximiseResult& result) {
  if (result.steps != painting.options.steps) {
    manifest.set("stop-after", std::to_string(result.steps));
  }
  if (painting.variety > 0) manifest.set("restarts", std::to_string(painting.restarts));
}

}  // namespace glass::viz::cli
