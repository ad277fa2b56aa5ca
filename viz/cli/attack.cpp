#include "viz/attack.hpp"

#include <cmath>
#include <memory>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "viz/classes.hpp"
#include "viz/cli/manifest.hpp"
#include "viz/cli/objective_words.hpp"
#include "viz/cli/painting.hpp"
#include "viz/cli/picture.hpp"
#include "viz/pictures/sheet.hpp"
#include "viz/pictures/text.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

using Json = nlohmann::ordered_json;

struct AttackArguments {
  std::string model, beside, image, target, output, npy;
  nn::LoadOptions load;
  Attack how{.norm = "l2", .eps = largest_eps, .steps = 20};
  std::uint64_t seed = 0;
  int threads = 0;
  PictureOptions picture;
  bool json = false;
};

/// What a network says of an image.
struct Answer {
  Index label;
  double probability;
  std::string words;  ///< "ship 97.1 %"
};

Answer answer_of(const nn::Model& model, const Tensor& image) {
  const NoGrad no_grad;
  const Tensor logits = logits_of(model, image);
  const Index label = argmax(logits, 1).front();
  const double probability = model.probabilities(logits).data()[label];
  return {label, probability, class_name(model, label) + ' ' + percent(probability)};
}

/// How one network was deceived, or was not.
struct Outcome {
  std::string model;
  Answer before, after, stored;  ///< the last of the picture that a file with bytes holds
  Tensor changed;                ///< [1,C,H,W]
  bool found = false;
  double l2 = 0, linf = 0;  ///< sizes of the change
};

Outcome attacked(nn::Model& model, const Tensor& image, const AttackArguments& args) {
  Outcome outcome;
  outcome.model = model.name;
  outcome.before = answer_of(model, image);
  Attack how = args.how;
  how.targeted = !args.target.empty();
  // No change of pixels in [0, 1] is larger.
  how.eps =
      std::min(how.eps, how.norm == "linf" ? 1 : std::sqrt(static_cast<double>(image.size())));
  const Index label = how.targeted ? find_class(model, args.target) : outcome.before.label;
  const Tensor found = smallest_attack(model, image, label, how, args.seed);
  outcome.found = static_cast<bool>(found);
  outcome.changed = outcome.found ? found : image;
  outcome.after = answer_of(model, outcome.changed);
  outcome.stored = answer_of(model, rounded_to_8_bits(outcome.changed));
  outcome.l2 = size_of_change({.norm = "l2"}, image, outcome.changed);
  outcome.linf = size_of_change({.norm = "linf"}, image, outcome.changed);
  return outcome;
}

std::string size_in_words(const Outcome& outcome) {
  return formatted("L2 %.3g", outcome.l2) + formatted(", a pixel at most %.2g", outcome.linf);
}

/// A network's row: the picture, the change, and their sum.
Image draw(const Outcome& outcome, const Tensor& image) {
  std::vector<Tile> tiles{{to_image(image, 0), {"given", outcome.before.words}}};
  if (outcome.found) {
    tiles.push_back({draw_signed(outcome.changed - image),
                     {"the change, magnified", formatted("L2 %.3g", outcome.l2),
                      formatted("pixel <= %.2g", outcome.linf)}});
    tiles.push_back({to_image(outcome.changed, 0), {"changed", outcome.after.words}});
  }
  return titled(outcome.model + (outcome.found ? "" : ": nothing found"), make_sheet(tiles, 3));
}

Json to_json(const nn::Model& model, const Outcome& outcome) {
  const auto said = [&](const Answer& answer) {
    return Json{{"index", answer.label},
                {"class", class_name(model, answer.label)},
                {"probability", answer.probability}};
  };
  return {{"model", outcome.model},
          {"found", outcome.found},
          {"before", said(outcome.before)},
          {"after", said(outcome.after)},
          {"in_8_bits", said(outcome.stored)},
          {"l2", outcome.l2},
          {"linf", outcome.linf}};
}

int attack_command(const Command& command, AttackArguments& args) {
  std::vector<nn::Model> models;
  models.push_back(nn::load_model(args.model, 0, args.load));
  if (!args.beside.empty()) models.push_back(nn::load_model(args.beside, 0, args.load));
  if (args.output.empty()) args.output = models[0].name + "-attack.png";
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, models[0]);
  if (models.size() > 1) manifest.add_model("beside", args.beside, models[1]);
  manifest.files().reads(args.image);
  manifest.will_write({{args.output, ".png"}, {args.npy, ".npy"}, {args.picture.seen, ".png"}});
  kernels::set_threads(args.threads);
  for (const nn::Model& model : models) {
    expect_memory(model, model.layers.size() - 1, 1, "a smaller --size takes less");
  }
  const Tensor image = read_picture(args.image, models[0], args.picture);
  if (models.back().input_shape != models[0].input_shape) {
    throw FileError(text(args.beside, ": expected a network of pictures ", models[0].input_shape,
                         ", as ", models[0].name, " is, found ", models.back().input_shape));
  }
  manifest.add_file("IMAGE", args.image);
  for (nn::Model& model : models) {
    model.eval();
    model.class_count();  // throws if the network is no classifier
    if (!args.target.empty()) as_usage([&] { return find_class(model, args.target); });
    end_when_interrupted(model);
  }
  write_seen(args.picture, image);

  std::vector<Image> rows;
  std::vector<Tensor> changed;
  Json outcomes = Json::array();
  std::vector<std::string> lines;
  for (nn::Model& model : models) {
    const Outcome outcome = attacked(model, image, args);
    rows.push_back(draw(outcome, image));
    changed.push_back(outcome.changed);
    outcomes.push_back(to_json(model, outcome));
    lines.push_back(outcome.model + ": " + outcome.before.words +
                    (outcome.found ? " -> " + outcome.after.words + ", " + size_in_words(outcome) +
                                         "; stored in 8 bits: " + outcome.stored.words
                                   : ", no attack of this strength succeeds"));
  }
  manifest.write_png("output", args.output, stack(rows));
  if (!args.npy.empty()) manifest.write_npy("npy", args.npy, cat(changed, 0));
  if (args.json) {
    print_json({{"attacks", outcomes}, {"outputs", manifest.outputs()}});
  } else {
    for (const std::string& line : lines) print_line(line);
    manifest.print_outputs();
  }
  return exit_done;
}

}  // namespace

void add_attack(Command& program) {
  Command& command =
      program.command("attack", "Deceive a network with the smallest change of a picture");
  command.example(
      "weights/cifar10-cnn.json docs/samples/boat.png --beside weights/cifar10-robust.json",
      "how far each of two networks can be trusted");
  command.example("weights/cifar10-cnn.json docs/samples/boat.png --target airplane",
                  "a boat that it takes for an airplane");
  const auto args = std::make_shared<AttackArguments>();
  add_model(command, args->model, args->load);
  command.option("IMAGE", args->image, picture_kinds).required();
  command.option("--beside OTHER.json", args->beside, "Another network to attack in the same way");
  command.group("What the attack wants");
  command.option("--target K", args->target, std::string("This class: ") + class_help)
      .by_default("any but the one that the network sees");
  command
      .option(
          "--norm WORD", args->how.norm,
          "What is to be small: the largest change of a pixel (linf), or the length of all (l2)")
      .one_of(attack_norms);
  command.option("--eps X", args->how.eps, "Largest change to try")
      .within(0, largest_eps)
      .by_default("none");
  command.option("--steps N", args->how.steps, "Steps of each try").within(1, 1000);
  command.option("--seed N", args->seed, "Seed of where they begin");
  command.group("How the picture is read");
  add_picture_options(command, args->picture);
  command.group("How it runs");
  add_threads(command, args->threads);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The picture")
      .by_default("<model>-attack.png");
  command.output("--npy FILE.npy", args->npy,
                 "Also the changed pictures, as float32 (N,C,H,W), one of each network");
  add_json(command, args->json);
  command.does([&command, args] { return attack_command(command, *args); });
}

}  // namespace glass::viz::cli
