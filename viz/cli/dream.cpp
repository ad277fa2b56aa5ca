#include "viz/dream.hpp"

#include <memory>

#include "autograd/threads.hpp"
#include "viz/cli/painting.hpp"
#include "viz/cli/picture.hpp"
#include "viz/cli/progress.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

struct DreamArguments {
  std::string model, image, layer, classes, objective = "logit", output, npy;
  nn::LoadOptions load;
  DreamOptions options{.octaves = 0};
  int stop_after = 0, threads = 0;
};

Objective objective_for(const DreamArguments& args, const nn::Model& model) {
  const bool whole = args.objective.find(':') != std::string::npos;
  const int asked = !args.layer.empty() + !args.classes.empty() + whole;
  if (asked == 0)
    throw UsageError("expected --layer L, --class K or an --objective such as layer:L");
  if (asked > 1) throw UsageError("--layer, --class and --objective: only one of them");
  const Objective objective = args.layer.empty() ? objective_of(args.classes, args.objective, model)
                                                 : objective_of("", "layer:" + args.layer, model);
  if (objective.pictures() > 1) throw UsageError("all: expected one, there is one picture");
  return objective;
}

/// The octaves that there are without --octaves.
int octaves_for(const DreamArguments& args, const nn::Model& model, Size2 picture) {
  const Size2 window{model.input_shape[1], model.input_shape[2]};
  const std::string sees = text("the ", window, " pixels that ", model.name, " sees");
  if (picture.h < window.h || picture.w < window.w) {
    throw FileError(text(args.image, ": expected at least ", sees, ", found ", picture));
  }
  const int most = most_octaves(picture, window, args.options.octave_scale),
            asked = args.options.octaves;
  if (asked > most) {
    throw UsageError(
        text("--octaves ", asked, ": expected at most ", most, ", whose smallest fills ", sees));
  }
  return asked > 0 ? asked : most;
}

int dream_command(const Command& command, DreamArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  if (args.output.empty()) args.output = model.name + "-dream.png";
  const Objective objective = objective_for(args, model);
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.add_objective(objective);
  manifest.add_file("IMAGE", args.image);
  manifest.will_write({{args.output, ".png"}, {args.npy, ".npy"}});
  const Size2 window{model.input_shape[1], model.input_shape[2]};
  expect_memory(model, objective.last_layer(), windows_at_once(window),
                "a smaller --size takes less");
  const Tensor picture = read_picture(args.image, model, {.any_size = true});
  DreamOptions& options = args.options;
  options.octaves = octaves_for(args, model, {picture.shape()[2], picture.shape()[3]});
  if (!command.given("jitter")) options.jitter = static_cast<int>(std::min(window.h, window.w) / 2);
  kernels::set_threads(args.threads);
  catch_interrupts();
  Progress progress;
  const Dream found = dream(model, objective, picture, options, [&](const DreamStep& step) {
    progress.show(text("octave ", step.octave, '/', options.octaves, ", ", step.size, "  step ",
                       step.step, '/', step.steps),
                  step.share);
    return !interrupted() && step.step != args.stop_after;
  });
  progress.clear();
  const Tensor seen = narrow(narrow(picture, 2, 0, window.h), 3, 0, window.w);
  report_unreached(model, objective, seen, {found.reached || found.steps == 0},
                   {.image = "another picture", .logit = logit_instead(args.objective)});
  if (found.steps < options.steps * options.octaves) {
    manifest.set("stop-after", std::to_string(found.steps));
  }
  manifest.write_png("output", args.output, to_image(found.picture, 0));
  if (!args.npy.empty()) manifest.write_npy("npy", args.npy, found.picture);
  print_line(text(objective.label(model, 0), "   objective ",
                  formatted("%.4g", found.objective_after), ", from ",
                  formatted("%.4g", found.objective_before), "; means over what ", model.name,
                  " sees"));
  manifest.print_outputs();
  return finish(found.steps, options.steps * options.octaves, "steps", args.output);
}

}  // namespace

void add_dream(Command& program) {
  Command& command =
      program.command("dream", "Change a photo of any size to more of what a network sees in it");
  command.example("weights/cifar10-robust.json photo.jpg --layer relu5", "DeepDream");
  command.example("weights/cifar10-resnet-robust.json photo.jpg --class dog",
                  "dogs, wherever something is like one");
  const auto args = std::make_shared<DreamArguments>();
  DreamOptions& options = args->options;
  add_model(command, args->model, args->load);
  command.option("IMAGE", args->image, picture_kinds).required();
  command.group("What there is to be more of");
  command.option("--layer L", args->layer,
                 "Whatever this layer answers to; short for --objective layer:L");
  command.option("--class K", args->classes,
                 std::string("A class: ") + class_help + "; short for --objective logit:K");
  command.option(
      "--objective WORDS", args->objective,
      std::string("With --class: logit, logprob or softmax. Without: ") + objective_help);
  command.group("From small to large");
  command.option("--octaves N", options.octaves, "Sizes of the picture, the last its own")
      .within(0, 100)
      .by_default("until the smallest is as large as what MODEL takes");
  command.option("--octave-scale X", options.octave_scale, "From one to the next").within(1.05, 16);
  command.group("How to step");
  command.option("--steps N", options.steps, "In each octave").within(0, 100000);
  command.option("--lr X", options.lr, "How far a step moves the pixels, from 0 to 1, in the mean")
      .within(0, 1);
  command
      .option("--jitter N", options.jitter,
              "The windows in which MODEL sees the picture move by up to this many pixels")
      .within(0, 10000)
      .by_default("half a window");
  command.option("--seed N", options.seed, "Of the jitter");
  command.group("What keeps the change natural");
  add_regulariser_options(command, options.regulariser);
  command.group("How to step");
  command.option("--stop-after N", args->stop_after, "End after so many of all steps")
      .within(0, 10000000)
      .by_default("all");
  add_threads(command, args->threads);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The picture")
      .by_default("<model>-dream.png");
  command.output("--npy FILE.npy", args->npy, "Also as float32 (1,C,H,W) in [0,1]");
  command.does([&command, args] { return dream_command(command, *args); });
}

}  // namespace glass::viz::cli
