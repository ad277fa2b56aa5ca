#include "viz/maximise.hpp"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "autograd/threads.hpp"
#include "viz/cli/commands.hpp"
#include "viz/npy.hpp"
#include "viz/png.hpp"
#include "viz/sha256.hpp"
#include "viz/sheet.hpp"

namespace glass::inline GLASS_PRECISION::viz::cli {

namespace {

struct Arguments {
  std::string model, classes, objective = "logit", init = "noise", output, npy;
  MaximiseOptions options;
  int threads = 0;
  bool json = false, bare = false;
};

Tensor initial_images(const Arguments& args, const nn::Model& model,
                      const std::vector<Index>& classes) {
  const Shape& shape = model.input_shape;
  const auto count = static_cast<Index>(classes.size());
  if (args.init == "noise") return initial_noise(model, classes, args.options.seed);
  if (args.init == "grey") return Tensor::full({count, shape[0], shape[1], shape[2]}, 0.5);
  const Image picture = read_png(args.init, shape[0]);
  if (picture.height != shape[1] || picture.width != shape[2]) {
    throw FileError(text(args.init, ": ", model.name, " needs ", shape[2], "x", shape[1],
                         " pixels, the image has ", picture.width, "x", picture.height));
  }
  const Tensor one = to_tensor(picture);
  Tensor all = Tensor::empty({count, shape[0], shape[1], shape[2]});
  for (Index n = 0; n < count; ++n) std::ranges::copy(one.values(), all.data() + n * one.size());
  return all;
}

std::string percent(double probability) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%.1f %%", 100 * probability);
  return digits;
}

Image draw(const Arguments& args, const nn::Model& model, const std::vector<Index>& classes,
           const MaximiseResult& result) {
  std::vector<Tile> tiles;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    tiles.push_back({to_image(result.images, static_cast<Index>(i)),
                     {class_name(model, classes[i]), percent(result.probability[i])}});
  }
  if (args.bare && tiles.size() == 1) return tiles.front().image;
  return make_sheet(tiles, 5);
}

nlohmann::ordered_json report(const Arguments& args, const nn::Model& model,
                              const std::vector<Index>& classes, const MaximiseResult& result,
                              const std::string& before, const std::string& after,
                              const std::vector<std::string>& outputs) {
  nlohmann::ordered_json pictures = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < classes.size(); ++i) {
    pictures.push_back({{"index", classes[i]},
                        {"class", class_name(model, classes[i])},
                        {"objective_before", result.objective_before[i]},
                        {"objective_after", result.objective_after[i]},
                        {"probability", result.probability[i]}});
  }
  return {{"model", model.name},
          {"objective", args.objective},
          {"classes", pictures},
          {"steps", result.steps},
          {"seed", args.options.seed},
          {"interrupted", interrupted()},
          {"weights_sha256_before", before},
          {"weights_sha256_after", after},
          {"outputs", outputs}};
}

int maximise_command(Arguments& args) {
  if (args.threads > 0) kernels::set_threads(args.threads);
  nn::Model model = nn::load_model(args.model);
  const std::vector<Index> classes = parse_classes(model, args.classes);
  args.options.objective = parse_objective(args.objective);
  if (args.output.empty()) args.output = model.name + "-" + args.classes + ".png";
  if (args.bare && classes.size() > 1) throw UsageError("--bare: only for one class");
  const Tensor init = initial_images(args, model, classes);

  catch_interrupts();
  const std::string before = weights_sha256(model);
  const MaximiseResult result =
      maximise(model, classes, init, args.options, [](const MaximiseStep& s) {
        show_progress(text("step ", s.step, "/", s.steps, "  objective ", s.objective,
                           "  regulariser ", s.regulariser));
        return !interrupted();
      });
  end_progress();
  const std::string after = weights_sha256(model);
  if (before != after) throw std::logic_error("the weights changed while the image was trained");

  write_png(args.output, draw(args, model, classes, result));
  std::vector<std::string> outputs{args.output};
  if (!args.npy.empty()) {
    write_npy(args.npy, result.images);
    outputs.push_back(args.npy);
  }
  if (args.json) {
    std::cout << report(args, model, classes, result, before, after, outputs) << '\n';
  } else {
    for (const std::string& output : outputs) std::cout << output << '\n';
  }
  if (!interrupted()) return exit_done;
  std::cerr << "viz: interrupted after " << result.steps << " of " << args.options.steps
            << " steps; what there was is in " << args.output << '\n';
  return exit_interrupted;
}

}  // namespace

void add_maximise(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "maximise", "Paint the image that a class of a frozen network answers to most");
  command->alias("maximize");
  const auto args = std::make_shared<Arguments>();
  MaximiseOptions& options = args->options;
  const auto option = [&](const char* name, auto& value, const char* help) {
    return command->add_option(name, value, help)->capture_default_str();
  };
  option("MODEL", args->model, "Model description, JSON")->required();
  option("--class", args->classes, "Class to maximise: an index, a name, or all")->required();
  option("--objective", args->objective, "What of the class is maximised")
      ->check(CLI::IsMember({"logit", "logprob", "softmax"}));
  option("--steps", options.steps, "Steps of the optimiser")->check(CLI::Range(0, 1000000));
  option("--lr", options.lr, "Step size")->check(within(0, 1000));
  option("--optimiser,--optimizer", options.optimiser, "What steps the image")
      ->check(CLI::IsMember({"adam", "sgd"}));
  option("--tv", options.tv, "Weight of total variation, independent of image size; 0 is off")
      ->check(within(0, 1e6));
  option("--beta", options.beta, "Exponent of total variation: 1 sharp edges, 2 smooth")
      ->check(within(0.1, 10));
  option("--alpha-norm", options.alpha_norm,
         "Weight of the 6-norm, which keeps pixels near the mean")
      ->check(within(0, 1e6));
  option("--jitter", options.jitter, "Each step sees the image moved by up to this many pixels")
      ->check(CLI::Range(0, 1000));
  option("--seed", options.seed, "Seed of the noise and the jitter");
  option("--init", args->init, "Where to begin: noise, grey, or a PNG file");
  option("--threads", args->threads, "Threads; 0 uses every core")->check(CLI::Range(0, 1024));
  option("-o,--output", args->output, "Picture to write (default: <model>-<class>.png)");
  option("--npy", args->npy, "Also write the images as float32 (N,C,H,W) in [0,1]");
  command->add_flag("--bare", args->bare, "One class: its pixels alone, not enlarged, no caption");
  command->add_flag("--json", args->json, "Report as one JSON object on standard output");
  command->callback([args, &run] { run = [args] { return maximise_command(*args); }; });
}

}  // namespace glass::inline GLASS_PRECISION::viz::cli
