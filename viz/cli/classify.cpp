#include <algorithm>
#include <iomanip>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "viz/classes.hpp"
#include "viz/cli/commands.hpp"
#include "viz/cli/files_in_use.hpp"
#include "viz/cli/picture.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

struct ClassifyArguments {
  std::string model, image;
  nn::LoadOptions load;
  PictureOptions picture;
  bool json = false;
};

int classify_command(const ClassifyArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.eval();
  const Index count = model.class_count();
  const NoGrad no_grad;
  FilesInUse files;
  files.reads_model(args.model, model);
  files.reads(args.image);
  files.writes({args.picture.seen, ".png"});
  const Tensor image = read_picture(args.image, model, args.picture);
  write_seen(args.picture, image);
  const Tensor logits = logits_of(model, image);
  const Tensor probabilities = model.probabilities(logits);
  const auto p = probabilities.values();
  const Index best = argmax(logits, 1).front();

  if (args.json) {
    print_json({{"predicted",
                 {{"index", best},
                  {"class", class_name(model, best)},
                  {"probability", p[static_cast<std::size_t>(best)]}}},
                {"logits", doubles(logits)},
                {"probabilities", doubles(probabilities)}});
    return exit_done;
  }
  std::vector<Index> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order,
                           [&](Index a, Index b) { return logits.data()[a] > logits.data()[b]; });
  order.resize(std::min<std::size_t>(order.size(), 5));
  for (const Index k : order) {
    print_line(text(std::setw(12), class_name(model, k), formatted("%8.2f %%", 100 * p.data()[k])));
  }
  return exit_done;
}

}  // namespace

void add_classify(Command& program) {
  Command& command = program.command("classify", "Name what a network sees in a picture");
  command.example("weights/mnist-cnn.json docs/samples/digit.png", "the five likeliest classes");
  command.example("weights/mnist-cnn.json docs/samples/four.jpg --fit",
                  "a digit in a photograph of your own");
  const auto args = std::make_shared<ClassifyArguments>();
  add_model(command, args->model, args->load);
  command.option("IMAGE", args->image, picture_kinds).required();
  command.group("How the picture is read");
  add_picture_options(command, args->picture);
  command.group("What it writes");
  add_json(command, args->json);
  command.does([args] { return classify_command(*args); });
}

}  // namespace glass::viz::cli
