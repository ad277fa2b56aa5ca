#include <memory>
#include <optional>

#include "viz/classes.hpp"
#include "viz/cli/maximise_report.hpp"

namespace glass::viz::cli {

namespace {

struct MaximiseArguments {
  std::string model, output, npy, report;
  nn::LoadOptions load;
  Painting painting;
  int width = default_width;
  bool json = false, bare = false;
};

nlohmann::ordered_json to_json(const MaximiseArguments& args, const nn::Model& model,
                               const Objective& objective, const Painted& painted,
                               const std::vector<std::string>& outputs) {
  nlohmann::ordered_json pictures = nlohmann::ordered_json::array();
  for (std::size_t n = 0; n < painted.result.objective_after.size(); ++n) {
    nlohmann::ordered_json picture;
    const Index unit = objective.unit(static_cast<Index>(n));
    if (unit >= 0) picture["index"] = unit;
    if (objective.of_class()) picture["class"] = class_name(model, unit);
    picture["objective_before"] = painted.result.objective_before[n];
    picture["objective_after"] = painted.result.objective_after[n];
    if (objective.of_class()) picture["probability"] = painted.probability[n];
    pictures.push_back(picture);
  }
  return {{"model", model.name},
          {"objective", objective.expression()},
          {objective.of_class() ? "classes" : "pictures", pictures},
          {"steps", painted.result.steps},
          {"seed", args.painting.options.seed},
          {"interrupted", interrupted()},
          {"weights_sha256_before", painted.weights_before},
          {"weights_sha256_after", painted.weights_after},
          {"outputs", outputs}};
}

int maximise_command(const Command& command, MaximiseArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  args.painting = tuned(command, args.painting, model);
  const Objective objective = objective_of(args.painting, model);
  if (args.output.empty()) {
    const Painting& painting = args.painting;
    args.output =
        picture_name(model, painting.classes.empty() ? painting.objective : painting.classes);
  }
  if (args.bare && (objective.pictures() > 1 || args.painting.count > 1)) {
    throw UsageError("--bare: only for one picture");
  }
  if (!args.report.empty() && args.painting.restarts > 1) {
    throw UsageError("--report: follows one run; expected --restarts 1");
  }
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.add_objective(objective);
  begin(manifest, args.painting,
        {{args.output, ".png"}, {args.npy, ".npy"}, {args.report, ".html"}});
  std::optional<MaximiseReport> report;
  if (!args.report.empty()) {
    args.painting.options.record = true;
    model.eval();
    report.emplace(model, objective, args.painting);
    report->start(initial_images(args.painting, model, objective, args.painting.options.seed));
  }
  Progress progress;
  const Painted painted =
      paint(model, objective, args.painting, progress, [&](const MaximiseStep& step) {
        if (report) report->add(step);
      });

  describe(manifest, args.painting, painted.result);
  const std::vector<Tile> tiles =
      tiles_of(model, objective, painted.result.images, painted.probability);
  manifest.write_png("output", args.output,
                     args.bare
                         ? tiles.front().image
                         : make_sheet(tiles, sheet_columns(objective, tiles.size()), args.width));
  if (!args.npy.empty()) manifest.write_npy("npy", args.npy, painted.result.images);
  if (report) manifest.write_report("report", args.report, report->report(painted));
  if (args.json) {
    print_json(to_json(args, model, objective, painted, manifest.outputs()));
  } else {
    print_scores(model, objective, painted);
    manifest.print_outputs();
  }
  return finish(painted.result.steps, args.painting.options.steps, "steps", args.output);
}

}  // namespace

void add_maximise(Command& program) {
  Command& command = program.command(
      "maximise", "Paint the image that a class of a frozen network answers to most");
  command.alias("maximize");
  command.example("weights/mnist-robust.json --class 3 -o three.png", "what a three is to it");
  command.example("weights/cifar10-robust.json --objective channel:conv4:all --watch",
                  "what each channel of a layer likes, as it appears");
  const auto args = std::make_shared<MaximiseArguments>();
  add_model(command, args->model, args->load);
  add_objective_options(command, args->painting);
  add_painting_options(command, args->painting);
  add_changes(command, args->painting);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The picture")
      .by_default("<model>-<class>.png");
  command.output("--npy FILE.npy", args->npy, "Also the images, as float32 (N,C,H,W) in [0,1]");
  command.output("--report FILE.html", args->report,
                 "Also a web page to step through the run: images, curves, gradients");
  add_width(command, args->width);
  command.option("--bare", args->bare, "One picture: its pixels alone, not enlarged");
  command.option("--watch", args->painting.watch,
                 "Draw the pictures on standard error as they appear, beside the norms of the "
                 "gradients; plain lines where that is no terminal");
  add_json(command, args->json);
  command.does([&command, args] { return maximise_command(command, *args); });
}

}  // namespace glass::viz::cli
