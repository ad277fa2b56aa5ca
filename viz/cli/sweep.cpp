#include "viz/cli/sweep.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

#include "autograd/node.hpp"
#include "viz/cli/judges.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

std::string ratio(const nn::Model& model, double variation) {
  if (model.variation > 0) return formatted("TV x %.2f", variation / model.variation);
  return formatted("TV %.3f", variation);
}

std::string one_line_of(const std::vector<std::string>& caption) {
  std::string line;
  for (const std::string& part : caption) line += (line.empty() ? "" : "   ") + part;
  return line;
}

/// "lambda 0.5", whether it was given as 0.5 or .50.
std::string caption_of(const Axis& axis, const std::string& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool is_number = error == std::errc() && end == value.data() + value.size();
  return axis.title + ' ' + (is_number ? formatted("%g", number) : value);
}

/// The painting with these values, which are read as the command line would read them.
Painting with(Painting painting, const std::vector<std::pair<std::string, std::string>>& values) {
  Command words("sweep", "");
  add_painting_options(words, painting);
  std::vector<std::string> given;
  for (const auto& [option, value] : values) {
    const Option* known = words.find_option(option);
    const bool is_of_program = !known && (option == "help" || option == "version");
    const bool is_of_reading = option == "fit" || option == "resize";  // which was done before
    if (is_of_program || is_of_reading || (known && !is_described(*known))) {
      throw UsageError(option + ": changes no picture");
    }
    if (option == "init" && is_file(value)) {
      throw UsageError("init=" + value + ": expected noise or grey");
    }
    given.push_back("--" + option + '=' + value);
  }
  words.parse(given);
  return painting;
}

/// After an interruption: the whole rows, or of the first row what there is, so that the sheet is
/// that of fewer values.
void keep_what_is_whole(std::vector<Tile>& tiles, Axis& rows, Axis& columns) {
  const std::size_t whole = tiles.size() / columns.values.size();
  if (whole > 0) {
    tiles.resize(whole * columns.values.size());
    rows.values.resize(whole);
  } else {
    columns.values.resize(tiles.size());
    rows.values.resize(1);
  }
}

/// "beta=1,1.5,2"
Axis axis_of(const std::string& option, const std::string& words) {
  const std::size_t equals = words.find('=');
  Axis axis{words.substr(0, equals), {}};
  for (std::size_t begin = equals; begin < words.size();) {
    const std::size_t end = std::min(words.find(',', begin + 1), words.size());
    axis.values.push_back(words.substr(begin + 1, end - begin - 1));
    begin = end;
  }
  if (axis.values.empty() || std::ranges::count(axis.values, "") > 0) {
    throw UsageError("--" + option + ' ' + words +
                     ": expected a setting and its values, such as beta=1,1.5,2");
  }
  return axis;
}

std::string words_of(const Axis& axis) {
  std::string words = axis.option;
  for (const std::string& value : axis.values)
    words += (&value == &axis.values[0] ? '=' : ',') + value;
  return words;
}

}  // namespace

void add_sweep_options(Command& command, SweepArguments& args, bool variation) {
  add_model(command, args.model, args.load);
  add_objective_options(command, args.painting);
  add_painting_options(command, args.painting, variation);
  command.group("What is compared");
  command.option("--judge FILE.json", args.judge, "Another network, to judge")
      .by_default("what MODEL names");
  command.group("What it writes");
  command.output("-o,--output FILE.png", args.output, "The sheet");
}

int sweep(const Command& command, SweepArguments& args, Axis rows, Axis columns,
          const std::function<void(Manifest&, const Axis& rows, const Axis& columns)>& shrunk) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  args.painting = tuned(command, args.painting, model);
  const std::string judge_path = args.judge.empty() ? judge_of(args.model, model) : args.judge;
  nn::Model judge = load_judge(judge_path, model, args.load);
  const Objective objective = objective_of(args.painting, model);
  if (!objective.of_class()) {
    throw UsageError(command.name() + ": needs a class, for the judge to name");
  }
  if (objective.pictures() > 1 || args.painting.count > 1) {
    throw UsageError(command.name() + ": shows one class at a time");
  }
  const Objective as_judged(judge, text("softmax:index:", objective.unit(0)));
  std::vector<Painting> paintings;
  for (const std::string& row : rows.values)
    for (const std::string& column : columns.values) {
      paintings.push_back(with(args.painting, {{rows.option, row}, {columns.option, column}}));
    }

  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.add_model("judge", judge_path, judge);
  begin(manifest, args.painting, {{args.output, ".png"}});
  std::vector<Tile> tiles;
  Progress progress(static_cast<Index>(paintings.size()));
  for (const Painting& painting : paintings) {
    progress.begin(static_cast<Index>(tiles.size()),
                   text("picture ", tiles.size() + 1, '/', paintings.size()));
    const Painted painted = paint(model, objective, painting, progress);
    if (interrupted()) break;
    const Tensor& image = painted.result.images;
    const NoGrad no_grad;
    tiles.push_back({to_image(image, 0),
                     {caption_of(columns, columns.values[tiles.size() % columns.values.size()]),
                      caption_of(rows, rows.values[tiles.size() / columns.values.size()]),
                      "self " + percent(painted.probability[0]),
                      "judge " + percent(as_judged.probability(judge, image).item()),
                      ratio(model, mean_variation(image).front())}});
    print_line(one_line_of(tiles.back().caption));
  }
  if (interrupted()) keep_what_is_whole(tiles, rows, columns);
  if (tiles.empty()) return finish(0, paintings.size(), "pictures", args.output);

  if (interrupted()) shrunk(manifest, rows, columns);
  manifest.write_png(
      "output", args.output,
      titled(model.name + ", " + objective.expression() + ", judged by " + judge.name,
             make_sheet(tiles, static_cast<Index>(columns.values.size()))));
  manifest.print_outputs();
  return finish(tiles.size(), paintings.size(), "pictures", args.output);
}

void add_sweep(Command& program) {
  struct Arguments : SweepArguments {
    std::string rows, columns;
  };
  Command& command =
      program.command("sweep", "Paint one class under every pair of values of two settings");
  command.example(
      "weights/cifar10-robust.json --class horse --rows tv=0.1,1 --columns jitter=0,3,6",
      "what moving the picture does, with little and much total variation");
  const auto args = std::make_shared<Arguments>();
  args->output = "sweep.png";
  add_sweep_options(command, *args);
  command.group("What is compared");
  command
      .option("--rows NAME=X,...", args->rows,
              "An option of those above and its values, from top to bottom: beta=1,1.5,2")
      .required();
  command
      .option("--columns NAME=X,...", args->columns,
              "Another, from left to right: parametrisation=pixel,fourier")
      .required();
  command.does([&command, args] {
    const Axis across = axis_of("columns", args->columns), down = axis_of("rows", args->rows);
    if (across.option == down.option) {
      throw UsageError("--rows and --columns: expected two settings, found " + down.option +
                       " twice");
    }
    return sweep(command, *args, down, across,
                 [](Manifest& manifest, const Axis& rows, const Axis& columns) {
                   manifest.set("rows", words_of(rows));
                   manifest.set("columns", words_of(columns));
                 });
  });
}

}  // namespace glass::viz::cli
