#include <memory>

#include "viz/cli/film.hpp"
#include "viz/cli/painting.hpp"
#include "viz/pictures/chart.hpp"
#include "viz/pictures/text.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

struct ProcessArguments {
  std::string model, output = "process.png", animation;
  nn::LoadOptions load;
  Painting painting;
};

Tile tile(const Film& film, const Objective& objective, std::size_t step) {
  Tile result{film.images[0][step],
              {text("step ", step), formatted("%.3g", film.objective[0][step])}};
  if (objective.of_class()) result.caption.push_back(percent(film.probability[0][step]));
  return result;
}

Image film_strip(const Film& film, const Objective& objective) {
  std::vector<Tile> tiles;
  for (const std::size_t step : milestones(film.moments() - 1, 10)) {
    tiles.push_back(tile(film, objective, step));
  }
  return make_sheet(tiles, static_cast<Index>(tiles.size()));
}

Image charts(const Film& film, const std::vector<double>& variation, const Objective& objective,
             Index width) {
  const std::string words = wrapped(objective.expression(), width - 60, 1).front();
  std::vector<Curve> curves{{words, film.objective[0], {0, 114, 178}},
                            {"mean |dx| + |dy|", variation, {0, 158, 115}}};
  if (objective.of_class()) {
    curves.push_back({"probability of the class", film.probability[0], {213, 94, 0}});
  }
  return draw_chart(curves, width, static_cast<Index>(curves.size()) * 140, "step");
}

int process_command(const Command& command, ProcessArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  args.painting = tuned(command, args.painting, model);
  const Objective objective = objective_of(args.painting, model);
  if (objective.pictures() > 1 || args.painting.count > 1 || args.painting.restarts > 1) {
    throw UsageError("process: shows one picture and one run");
  }
  if (args.painting.options.steps < 1) throw UsageError("--steps 0: there is nothing to see");

  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.add_objective(objective);
  begin(manifest, args.painting, {{args.output, ".png"}, {args.animation, ".png"}});
  Film film(model, objective);
  std::vector<double> variation;
  const auto record = [&](const Tensor& image) {
    film.record(image);
    variation.push_back(mean_variation(image).front());
  };
  model.eval();
  record(initial_images(args.painting, model, objective, args.painting.options.seed));
  Progress progress;
  const Painted painted = paint(model, objective, args.painting, progress,
                                [&](const MaximiseStep& step) { record(step.image); });

  describe(manifest, args.painting, painted.result);
  const Image strip = film_strip(film, objective);
  manifest.write_png("output", args.output,
                     titled(model.name + ", " + objective.expression(),
                            stack({strip, charts(film, variation, objective, strip.width)})));
  if (!args.animation.empty()) {
    std::vector<Image> frames;
    for (const std::size_t step : milestones(film.moments() - 1, 64)) {
      frames.push_back(make_sheet({tile(film, objective, step)}, 1));
    }
    manifest.write_animation("animation", args.animation, frames,
                             {.frame_ms = 80, .hold_last_ms = 2000});
  }
  print_scores(model, objective, painted);
  manifest.print_outputs();
  return finish(painted.result.steps, args.painting.options.steps, "steps", args.output);
}

}  // namespace

void add_process(Command& program) {
  Command& command =
      program.command("process", "Paint one picture: film strip, curves and film from noise on");
  command.example("weights/mnist-robust.json --class 3 --animation three.png",
                  "a film strip in process.png, and a film");
  const auto args = std::make_shared<ProcessArguments>();
  add_model(command, args->model, args->load);
  add_objective_options(command, args->painting);
  add_painting_options(command, args->painting);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The film strip, above its curves");
  command.output("--animation FILE.png", args->animation, "Also an animated PNG");
  command.does([&command, args] { return process_command(command, *args); });
}

}  // namespace glass::viz::cli
