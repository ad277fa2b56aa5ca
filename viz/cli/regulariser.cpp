#include <memory>

#include "autograd/node.hpp"
#include "viz/cli/judges.hpp"
#include "viz/cli/painting.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

using Json = nlohmann::ordered_json;

struct RegulariserArguments {
  std::string model, judge, output = "regulariser.png";
  nn::LoadOptions load;
  std::vector<double> lambdas{0, 0.05, 0.2, 1, 5}, betas{1, 1.5, 2};
  Painting painting;
};

std::string ratio(const nn::Model& model, double variation) {
  if (model.variation > 0) return formatted("TV x %.2f", variation / model.variation);
  return formatted("TV %.3f", variation);
}

std::string one_line_of(const std::vector<std::string>& caption) {
  std::string line;
  for (const std::string& part : caption) line += (line.empty() ? "" : "   ") + part;
  return line;
}

Json words(const std::vector<double>& numbers) {
  Json list = Json::array();
  for (const double number : numbers) list.push_back(formatted("%g", number));
  return list;
}

/// After an interruption: the whole rows, or of the first row what there is, so that the sheet is
/// that of fewer lambdas or betas.
void keep_what_is_whole(std::vector<Tile>& tiles, RegulariserArguments& args) {
  const std::size_t rows = tiles.size() / args.lambdas.size();
  if (rows > 0) {
    tiles.resize(rows * args.lambdas.size());
    args.betas.resize(rows);
  } else {
    args.lambdas.resize(tiles.size());
    args.betas.resize(1);
  }
}

int regulariser_command(const Command& command, RegulariserArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  args.painting = tuned(command, args.painting, model);
  const std::string judge_path = args.judge.empty() ? judge_of(args.model, model) : args.judge;
  nn::Model judge = load_judge(judge_path, model, args.load);
  const Objective objective = objective_of(args.painting, model);
  if (!objective.of_class()) throw UsageError("regulariser: needs a class, for the judge to name");
  if (objective.pictures() > 1 || args.painting.count > 1) {
    throw UsageError("regulariser: shows one class at a time");
  }
  const Objective as_judged(judge, text("softmax:index:", objective.unit(0)));

  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.add_model("judge", judge_path, judge);
  begin(manifest, args.painting, {{args.output, ".png"}});
  std::vector<Tile> tiles;
  const std::size_t all = args.betas.size() * args.lambdas.size();
  Progress progress(static_cast<Index>(all));
  for (const double beta : args.betas)
    for (const double lambda : args.lambdas) {
      if (interrupted()) break;
      Painting painting = args.painting;
      painting.options.regulariser.tv = lambda;
      painting.options.regulariser.beta = beta;
      progress.begin(static_cast<Index>(tiles.size()),
                     text("picture ", tiles.size() + 1, '/', all));
      const Painted painted = paint(model, objective, painting, progress);
      if (interrupted()) break;
      const Tensor& image = painted.result.images;
      const NoGrad no_grad;
      tiles.push_back({to_image(image, 0),
                       {"lambda " + formatted("%g", lambda), "beta " + formatted("%g", beta),
                        "self " + percent(painted.probability[0]),
                        "judge " + percent(as_judged.probability(judge, image).item()),
                        ratio(model, mean_variation(image).front())}});
      print_line(one_line_of(tiles.back().caption));
    }
  if (interrupted()) keep_what_is_whole(tiles, args);
  if (tiles.empty()) return finish(0, all, "pictures", args.output);

  if (interrupted()) {
    manifest.set("lambdas", words(args.lambdas));
    manifest.set("betas", words(args.betas));
  }
  manifest.write_png(
      "output", args.output,
      titled(model.name + ", " + objective.expression() + ", judged by " + judge.name,
             make_sheet(tiles, static_cast<Index>(args.lambdas.size()))));
  manifest.print_outputs();
  return finish(tiles.size(), all, "pictures", args.output);
}

}  // namespace

void add_regulariser(Command& program) {
  Command& command =
      program.command("regulariser", "Paint one class under many total variations, lambda by beta");
  command.example("weights/mnist-cnn.json --class 3 --lambdas 0,0.1,1 --betas 1,2",
                  "too little, enough and too much, in two kinds");
  const auto args = std::make_shared<RegulariserArguments>();
  add_model(command, args->model, args->load);
  add_objective_options(command, args->painting);
  add_painting_options(command, args->painting, false);
  command.group("What is compared");
  command.option("--lambdas X,...", args->lambdas, "Weights of total variation, with commas")
      .with_commas()
      .within(0, 1e6);
  command.option("--betas X,...", args->betas, "Exponents of total variation, with commas")
      .with_commas()
      .within(0.1, 10);
  command.option("--judge FILE.json", args->judge, "Another network, to judge")
      .by_default("what MODEL names");
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The sheet");
  command.does([&command, args] { return regulariser_command(command, *args); });
}

}  // namespace glass::viz::cli
