#include "viz/saliency.hpp"

#include <algorithm>
#include <memory>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "viz/batch.hpp"
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
                               ? text("index:", nn::answers(logits_of(model, image)).front())
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
    const Tensor one = viz::row(gradient, n);
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

int saliency_command(const CLI::App& command, SaliencyArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.eval();
  if (args.output.empty()) args.output = model.name + "-saliency.png";
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.files().reads(args.image);
  manifest.will_write({args.output, args.picture.seen}, args.npy);
  kernels::set_threads(args.threads);
  const Tensor image = read_picture(args.image, model, args.picture);
  write_seen(args.picture, image);
  manifest.add_file("IMAGE", args.image);
  const Objective objective = asked_for(args, model, image);
  const Tensor images = repeat(image, objective.pictures());
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
    manifest.print_outputs();
  }
  return exit_done;
}

}  // namespace

void add_saliency(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "saliency", "Show which pixels a class, or any objective, depends on: its gradient, once");
  const auto args = std::make_shared<SaliencyArguments>();
  command->add_option("MODEL", args->model, "Model description, JSON")->required();
  add_load_options(*command, args->load);
  command->add_option("IMAGE", args->image, picture_kinds)->required();
  command->add_option("--class", args->classes,
                      std::string("Class: ") + class_help +
                          "; or all, a row each (default: the class that the network sees)");
  command->add_option("--objective", args->objective,
                      std::string("What of that class: logit, logprob or softmax (default: logit). "
                                  "Without --class also ") +
                          objective_help);
  add_picture_options(*command, args->picture);
  command->add_option("--threads", args->threads, "Threads; 0 uses every core")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  command->add_option("-o,--output", args->output,
                      "Picture to write (default: <model>-saliency.png)");
  command->add_option("--npy", args->npy,
                      "Also write the gradient as float32 (1,C,H,W), or (N,C,H,W) of all");
  command->add_flag("--json", args->json, "Report as one JSON object on standard output");
  command->callback([command, args, &run] {
    run = [command, args] { return saliency_command(*command, *args); };
  });
}

}  // namespace glass::viz::cli
