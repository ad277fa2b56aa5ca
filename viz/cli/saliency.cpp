#include "viz/saliency.hpp"

#include <algorithm>
#include <iomanip>
#include <memory>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "viz/classes.hpp"
#include "viz/cli/manifest.hpp"
#include "viz/cli/objective_words.hpp"
#include "viz/cli/picture.hpp"
#include "viz/pictures/sheet.hpp"
#include "viz/pictures/text.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

using Json = nlohmann::ordered_json;

struct SaliencyArguments {
  std::string model, image, classes, objective, output, npy;
  nn::LoadOptions load;
  int threads = 0;
  PictureOptions picture;
  bool json = false;
};

/// What the gradient is of: without --class, the class that the network sees; without --objective,
/// its logit.
Objective asked_for(const SaliencyArguments& args, const nn::Model& model, const Tensor& image) {
  if (args.objective.find(':') != std::string::npos) {
    return objective_of(args.classes, args.objective, model);
  }
  const std::string word = args.classes.empty()
                               ? text("index:", argmax(logits_of(model, image), 1).front())
                               : args.classes;
  return objective_of(word, args.objective.empty() ? "logit" : args.objective, model);
}

/// A row of three for each gradient. `probability` is empty if there is no class.
Image draw(const nn::Model& model, const Objective& objective, const Tensor& images,
           const Tensor& gradient, const std::vector<double>& probability) {
  std::vector<Tile> tiles;
  for (Index n = 0; n < gradient.shape()[0]; ++n) {
    std::vector<std::string> caption = wrapped(objective.label(model, n), 240, 2);
    if (!probability.empty()) {
      caption.push_back(percent(probability[static_cast<std::size_t>(n)]));
    }
    const Tensor one = narrow(gradient, 0, n, 1);
    tiles.push_back({to_image(images, n), caption});
    tiles.push_back({draw_signed(one), {"gradient", "red +, blue -"}});
    tiles.push_back({draw_magnitude(one), {"magnitude"}});
  }
  return make_sheet(tiles, 3);
}

Json gradient_report(const nn::Model& model, const Objective& objective,
                     const std::vector<double>& sizes, const std::vector<double>& probability) {
  Json list = Json::array();
  for (std::size_t n = 0; n < sizes.size(); ++n) {
    Json one = Json::object();
    const Index unit = objective.unit(static_cast<Index>(n));
    if (objective.of_class()) one["class"] = class_name(model, unit);
    if (unit >= 0) one["index"] = unit;
    if (objective.of_class()) one["probability"] = probability[n];
    one["gradient_norm"] = sizes[n];
    list.push_back(one);
  }
  Json json{{"model", model.name}, {"objective", objective.expression()}};
  if (list.size() == 1) {
    json.update(list[0]);
  } else {
    json["gradients"] = list;
  }
  return json;
}

int saliency_command(const Command& command, SaliencyArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.eval();
  if (args.output.empty()) args.output = model.name + "-saliency.png";
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.files().reads(args.image);
  manifest.will_write({{args.output, ".png"}, {args.npy, ".npy"}, {args.picture.seen, ".png"}});
  kernels::set_threads(args.threads);
  const Tensor image = read_picture(args.image, model, args.picture);
  write_seen(args.picture, image);
  manifest.add_file("IMAGE", args.image);
  const Objective objective = asked_for(args, model, image);
  const Tensor images =
      cat(std::vector<Tensor>(static_cast<std::size_t>(objective.pictures()), image), 0);
  const Tensor gradient = saliency(model, objective, images);
  const std::vector<double> sizes = norms(gradient);
  report_unreached(model, objective, images, std::vector<bool>(sizes.begin(), sizes.end()),
                   {.image = "another picture, or another --objective",
                    .logit = logit_instead(args.objective.empty() ? "logit" : args.objective)});
  std::vector<double> probability;
  if (objective.of_class()) {
    const NoGrad no_grad;
    const Tensor p = model.probabilities(logits_of(model, image));
    for (std::size_t n = 0; n < sizes.size(); ++n) {
      probability.push_back(p.data()[objective.unit(static_cast<Index>(n))]);
    }
  }

  manifest.write_png("output", args.output, draw(model, objective, images, gradient, probability));
  if (!args.npy.empty()) manifest.write_npy("npy", args.npy, gradient);
  if (args.json) {
    Json json = gradient_report(model, objective, sizes, probability);
    json["outputs"] = manifest.outputs();
    print_json(json);
  } else {
    for (std::size_t n = 0; n < sizes.size(); ++n) {
      print_line(text(std::setw(12), objective.label(model, static_cast<Index>(n)),
                      probability.empty() ? "" : formatted("%8.2f %%", 100 * probability[n]),
                      "   norm of the gradient ", formatted("%.4g", sizes[n])));
    }
    manifest.print_outputs();
  }
  return exit_done;
}

}  // namespace

void add_saliency(Command& program) {
  Command& command =
      program.command("saliency", "Show which pixels a class depends on: its gradient, once");
  command.example("weights/mnist-robust.json docs/samples/digit.png",
                  "why the network sees what it sees");
  command.example("weights/mnist-robust.json docs/samples/digit.png --class all",
                  "what speaks for each class, and what against it");
  const auto args = std::make_shared<SaliencyArguments>();
  add_model(command, args->model, args->load);
  command.option("IMAGE", args->image, picture_kinds).required();
  command.group("What the gradient is of");
  command
      .option("--class K", args->classes,
              std::string("Class: ") + class_help + "; or all, a row each")
      .by_default("the class that the network sees");
  command
      .option("--objective WORDS", args->objective,
              std::string("What of that class: logit, logprob or softmax. Without --class also ") +
                  objective_help)
      .by_default("logit");
  command.group("How the picture is read");
  add_picture_options(command, args->picture);
  command.group("How it runs");
  add_threads(command, args->threads);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The picture")
      .by_default("<model>-saliency.png");
  command.output("--npy FILE.npy", args->npy,
                 "Also the gradient, as float32 (1,C,H,W), or (N,C,H,W) of all");
  add_json(command, args->json);
  command.does([&command, args] { return saliency_command(command, *args); });
}

}  // namespace glass::viz::cli
