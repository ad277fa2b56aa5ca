#include "viz/saliency.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"
#include "viz/classes.hpp"
#include "viz/cli/manifest.hpp"
#include "viz/diagnosis.hpp"
#include "viz/sheet.hpp"

namespace glass::inline GLASS_PRECISION::viz::cli {

namespace {

struct SaliencyArguments {
  std::string model, image, class_word, output, npy;
  nn::LoadOptions load;
  int threads = 0;
  bool resize = false, json = false;
};

Index class_of(const SaliencyArguments& args, const nn::Model& model, const Tensor& probabilities) {
  if (args.class_word.empty()) return nn::answers(probabilities).front();
  return as_usage([&] { return find_class(model, args.class_word); });
}

/// The softmax of the logits, whatever the last layer is. -> [1,classes]
Tensor probabilities_of(const nn::Model& model, const Tensor& image) {
  const NoGrad no_grad;
  return softmax(model.outputs(model.logits_layer(), image).back());
}

/// Why there is no gradient. Where the last layer is a softmax, that is the first suspect.
std::string cause(const nn::Model& model, const Objective& objective, Index k, Tensor image) {
  const bool logits_last = model.logits_layer() == model.layers.size() - 1;
  const Objective suspect = logits_last ? objective : Objective(model, text("softmax:", k));
  return diagnose(model, suspect, image.requires_grad(true)).front();
}

Image draw(const nn::Model& model, const Tensor& image, const Tensor& gradient, Index k,
           double probability) {
  return make_sheet({{to_image(image, 0), {class_name(model, k), percent(probability)}},
                     {draw_signed(gradient), {"gradient", "red +, blue -"}},
                     {draw_magnitude(gradient), {"magnitude"}}},
                    3);
}

int saliency_command(const CLI::App& command, SaliencyArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.eval();
  if (args.output.empty()) args.output = model.name + "-saliency.png";
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.add_file("IMAGE", args.image);
  manifest.will_write({args.output}, args.npy);
  kernels::set_threads(args.threads);
  model.class_count();  // throws if the network is no classifier
  const Tensor image = to_tensor(read_picture(args.image, model, args.resize));
  const Tensor probabilities = probabilities_of(model, image);
  const Index k = class_of(args, model, probabilities);
  const double probability = probabilities.values()[static_cast<std::size_t>(k)];

  const Objective objective(model, text("neuron:", model.layers.size() - 1, ":", k));
  const Tensor gradient = saliency(model, objective, image);
  const double norm = norms(gradient).front();
  if (!(norm > 0) || !std::isfinite(norm)) {
    throw FileError(text(model.name, ": no gradient of ", class_name(model, k),
                         " reaches the image: ", cause(model, objective, k, image.clone())));
  }

  manifest.write_png("output", args.output, draw(model, image, gradient, k, probability));
  if (!args.npy.empty()) manifest.write_npy("npy", args.npy, gradient);
  if (args.json) {
    std::cout << nlohmann::ordered_json{{"model", model.name},
                                        {"class", class_name(model, k)},
                                        {"index", k},
                                        {"probability", probability},
                                        {"gradient_norm", norm},
                                        {"outputs", manifest.outputs()}}
              << '\n';
  } else {
    manifest.print_outputs();
  }
  return exit_done;
}

}  // namespace

void add_saliency(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "saliency", "Show which pixels a class depends on: the gradient of its output, once");
  const auto args = std::make_shared<SaliencyArguments>();
  command->add_option("MODEL", args->model, "Model description, JSON")->required();
  add_load_options(*command, args->load);
  command->add_option("IMAGE", args->image, "PNG, grey or colour")->required();
  command->add_option("--class", args->class_word,
                      "An index or a name (default: the class that the network sees)");
  command->add_flag("--resize", args->resize, "Resample a picture of another size");
  command->add_option("--threads", args->threads, "Threads; 0 uses every core")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  command->add_option("-o,--output", args->output,
                      "Picture to write (default: <model>-saliency.png)");
  command->add_option("--npy", args->npy, "Also write the gradient as float32 (1,C,H,W)");
  command->add_flag("--json", args->json, "Report as one JSON object on standard output");
  command->callback([command, args, &run] {
    run = [command, args] { return saliency_command(*command, *args); };
  });
}

}  // namespace glass::inline GLASS_PRECISION::viz::cli
