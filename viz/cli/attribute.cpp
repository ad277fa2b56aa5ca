#include "viz/cli/attribute.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "autograd/statistics.hpp"
#include "autograd/threads.hpp"
#include "viz/attribution.hpp"
#include "viz/blur.hpp"
#include "viz/classes.hpp"
#include "viz/cli/attribute_controls.hpp"
#include "viz/cli/manifest.hpp"
#include "viz/cli/objective_words.hpp"
#include "viz/cli/painting.hpp"
#include "viz/cli/picture.hpp"
#include "viz/cli/progress.hpp"
#include "viz/finite.hpp"
#include "viz/pictures/data.hpp"
#include "viz/pictures/sheet.hpp"
#include "viz/pictures/text.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"
#include "viz/start.hpp"

namespace glass::viz::cli {

namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> baseline_words{"usual", "black", "white", "grey", "blurred"};

struct AttributeArguments {
  std::string model, image, classes, objective, layer, baseline = "usual", output, npy;
  std::vector<std::string> methods{"gradient"};
  nn::LoadOptions load;
  AttributionOptions options{.baseline = {}, .window = 0, .stride = 0};
  int threads = 0;
  PictureOptions picture;
  bool json = false, controls = false;
  std::string data;
  Index images = 20;
  int seeds = 10;
};

/// What a method says of each picture.
struct Attribution {
  NamedMethod method;
  Tensor maps;                       ///< [N,C,H,W] or [N,1,H,W]
  std::vector<double> norms;         ///< of the maps
  std::vector<double> completeness;  ///< `completeness_gap` of integrated gradients, else empty
};

/// Whether the picture says what is asked: about the class that the network sees.
bool needs_image(const AttributeArguments& args) {
  return args.classes.empty() && args.objective.find(':') == std::string::npos;
}

/// What is asked: without --class, of the class that the network sees; without --objective, its logit.
Objective asked_for(const AttributeArguments& args, const nn::Model& model, const Tensor& image) {
  if (args.objective.find(':') != std::string::npos) {
    return objective_of(args.classes, args.objective, model);
  }
  const std::string word =
      needs_image(args) ? text("index:", argmax(logits_of(model, image), 1).front()) : args.classes;
  return objective_of(word, args.objective.empty() ? "logit" : args.objective, model);
}

/// What stands for "nothing there". -> [1,C,H,W]
Tensor baseline_of(const AttributeArguments& args, const nn::Model& model, const Tensor& image) {
  const Shape& shape = image.shape();
  if (args.baseline == "usual") {
    return Tensor::zeros(shape) + Tensor::from({1, shape[1], 1, 1}, centre_of(model));
  }
  if (args.baseline == "blurred") {
    return gaussian_blur(image, static_cast<double>(std::min(shape[2], shape[3])) / 8);
  }
  if (!is_baseline_file(args.baseline)) {
    return Tensor::full(shape, args.baseline == "black" ? 0 : args.baseline == "grey" ? 0.5 : 1);
  }
  return read_picture(args.baseline, model, args.picture);
}

/// The methods asked for, in the order of the list; of `all` those that this network has a layer for.
std::vector<NamedMethod> methods_of(const AttributeArguments& args, const nn::Model& model) {
  const auto asked = [&](const std::string& name) {
    return std::ranges::count(args.methods, name) > 0;
  };
  std::vector<NamedMethod> methods;
  for (const NamedMethod& method : attribution_methods()) {
    if (!asked(method.name) && !asked("all")) continue;
    if (method.name == "grad-cam" && args.options.layer < 0) {
      const std::string why = text(model.name, ": no layer has places for Grad-CAM to look at");
      if (asked(method.name)) throw UsageError(why);
      notice(why);
      continue;
    }
    methods.push_back(method);
  }
  return methods;
}

/// Fills in the options that depend on the network.
void settle(AttributeArguments& args, const nn::Model& model, const Objective& objective) {
  AttributionOptions& options = args.options;
  options.layer = args.layer.empty() ? last_map(model, objective)
                                     : as_usage([&] { return model.find(args.layer); });
  const Index side = std::min(model.input_shape[1], model.input_shape[2]);
  if (options.window == 0) options.window = std::max<Index>(1, side / 7);
  if (options.stride == 0) options.stride = std::max<Index>(1, options.window / 2);
}

AttributionOptions options_for(const AttributeArguments& args, const nn::Model& model,
                               const Tensor& image) {
  AttributionOptions options = args.options;
  options.baseline = baseline_of(args, model, image);
  return options;
}

/// Test images, evenly spaced among all; none without --data.
std::vector<Tensor> test_images(const AttributeArguments& args, const nn::Model& model) {
  std::vector<Tensor> images;
  if (args.data.empty()) return images;
  const data::Dataset test = read_test_images(args.data, model.input_shape, notice);
  const Index count = std::min(args.images, test.size());
  for (Index i = 0; i < count; ++i) {
    images.push_back(data::make_batch(test, std::vector{i * test.size() / count}).images);
  }
  return images;
}

/// What is asked of the test images or, without any, of the picture; of no method yet.
ControlPlan plan_of(const AttributeArguments& args, const nn::Model& model, const Tensor& image,
                    const std::vector<Tensor>& tests) {
  ControlPlan plan{.methods = {},
                   .objective = args.objective.empty() ? "logit" : args.objective,
                   .subjects = {},
                   .seeds = args.seeds,
                   .seed = args.options.seed,
                   .options = [&](const Tensor& x) { return options_for(args, model, x); }};
  for (const Tensor& x : tests.empty() ? std::vector{image} : tests) {
    plan.subjects.push_back({x, asked_for(args, model, x).unit(0)});
  }
  return plan;
}

double peak(const Tensor& map) {
  double largest = 0;
  for (const double v : pixel_sums(map)) largest = std::max(largest, std::abs(v));
  return largest;
}

/// A row for each picture; one picture and its maps fill four columns. A method alone has its magnitude
/// beside it.
Image draw(const nn::Model& model, const Objective& objective, const Tensor& images,
           const std::vector<Attribution>& attributions, const std::vector<double>& probability) {
  const Index pictures = images.shape()[0];
  const bool alone = attributions.size() == 1;
  std::vector<Tile> tiles;
  for (Index n = 0; n < pictures; ++n) {
    std::vector<std::string> caption = wrapped(objective.label(model, n), 240);
    if (!probability.empty()) {
      caption.push_back(percent(probability[static_cast<std::size_t>(n)]));
    }
    tiles.push_back({to_image(images, n), caption});
    for (const auto& [method, maps, norms, completeness] : attributions) {
      const Tensor map = narrow(maps, 0, n, 1);
      const std::string scale = alone ? "red +, blue -" : "peak " + formatted("%.2g", peak(map));
      tiles.push_back({draw_signed(map), {method.title, scale}});
      if (alone) tiles.push_back({draw_magnitude(map), {"magnitude"}});
    }
  }
  const Index width = static_cast<Index>(tiles.size()) / pictures;
  if (alone) return make_sheet(tiles, width);
  return titled("red speaks for it, blue against, white for neither; each map by its own peak",
                pictures == 1 ? make_sheet(tiles, 4, 896) : make_sheet(tiles, width));
}

/// Of one method as it is; of several, one behind the other, each with a number for every channel.
Tensor array_of(const std::vector<Attribution>& attributions, const Shape& shape) {
  if (attributions.size() == 1) return attributions.front().maps;
  std::vector<Tensor> all;
  for (const Attribution& one : attributions) all.push_back(one.maps + Tensor::zeros(shape));
  return cat(all, 0);
}

/// "grad_cam_norm"
std::string key(const NamedMethod& method, const char* what) {
  std::string name = method.name + '_' + what;
  std::ranges::replace(name, '-', '_');
  return name;
}

Json report(const std::string& command, const nn::Model& model, const Objective& objective,
            const std::vector<Attribution>& attributions, const std::vector<double>& probability) {
  Json list = Json::array();
  for (std::size_t n = 0; n < attributions.front().norms.size(); ++n) {
    Json one = Json::object();
    const Index unit = objective.unit(static_cast<Index>(n));
    if (objective.of_class()) one["class"] = class_name(model, unit);
    if (unit >= 0) one["index"] = unit;
    if (objective.of_class()) one["probability"] = probability[n];
    for (const auto& [method, maps, norms, completeness] : attributions) {
      one[key(method, "norm")] = norms[n];
      if (!completeness.empty()) one[key(method, "completeness_gap")] = completeness[n];
    }
    list.push_back(one);
  }
  Json json{{"model", model.name}, {"objective", objective.expression()}};
  if (list.size() == 1) {
    json.update(list[0]);
  } else {
    json[command == "saliency" ? "gradients" : "maps"] = list;
  }
  return json;
}

void print(const nn::Model& model, const Objective& objective,
           const std::vector<Attribution>& attributions, const std::vector<double>& probability) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t n = 0; n < attributions.front().norms.size(); ++n)
    for (const auto& [method, maps, norms, completeness] : attributions) {
      rows.push_back({objective.label(model, static_cast<Index>(n)),
                      probability.empty() ? "" : formatted("%.2f %%", 100 * probability[n]),
                      text("norm of ", method.name == "gradient" ? "the " : "", method.title),
                      formatted("%.4g", norms[n])});
      if (!completeness.empty()) {
        rows.back().push_back(text("complete to ", formatted("%.2g %%", 100 * completeness[n])));
      }
    }
  print_text(aligned(rows));
}

/// What each method says. A map of zeros gets a line; if all are, and no gradient arrives, its cause.
std::vector<Attribution> attribute(const AttributeArguments& args, nn::Model& model,
                                   const std::vector<NamedMethod>& methods,
                                   const Objective& objective, const Tensor& images) {
  const AttributionOptions options = options_for(args, model, narrow(images, 0, 0, 1));
  std::vector<Attribution> attributions;
  Progress progress(static_cast<Index>(methods.size()));
  for (const NamedMethod& method : methods) {
    progress.begin(static_cast<Index>(attributions.size()), method.title);
    progress.show("", 0);
    const Tensor maps = as_usage([&] { return method.method(model, objective, images, options); });
    if (!all_finite({maps})) {
      throw FileError(model.name + ": " + method.title + ": numbers beyond single precision");
    }
    attributions.push_back({method, maps, norms(maps), {}});
    if (method.name == "integrated-gradients") {
      attributions.back().completeness =
          completeness_gap(model, objective, images, options.baseline, maps);
    }
  }
  progress.clear();
  const std::vector<double> slopes = norms(saliency(model, objective, images));
  std::vector<bool> reached(slopes.begin(), slopes.end());
  for (const Attribution& one : attributions)
    for (std::size_t n = 0; n < reached.size(); ++n) reached[n] = reached[n] || one.norms[n] > 0;
  report_unreached(model, objective, images, reached,
                   {.image = "another picture, or another --objective",
                    .logit = logit_instead(args.objective.empty() ? "logit" : args.objective)});
  for (const Attribution& one : attributions)
    for (std::size_t n = 0; n < reached.size(); ++n) {
      if (reached[n] && one.norms[n] == 0) {
        notice(text(one.method.title, ": the map of ",
                    objective.label(model, static_cast<Index>(n)), " is 0 everywhere"));
      }
    }
  return attributions;
}

int attribute_command(const Command& command, AttributeArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.eval();
  if (args.output.empty()) args.output = model.name + '-' + command.name() + ".png";
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  if (!args.image.empty()) manifest.files().reads(args.image);
  for (const std::string& path : data_files(args.data)) manifest.files().reads(path);
  if (is_baseline_file(args.baseline)) {
    expect_path("baseline", args.baseline, baseline_words);
    manifest.add_file("baseline", args.baseline);
  }
  manifest.will_write({{args.output, ".png"}, {args.npy, ".npy"}, {args.picture.seen, ".png"}});
  kernels::set_threads(args.threads);
  expect_memory(model, model.layers.size() - 1,
                needs_image(args) ? 1 : asked_for(args, model, {}).pictures(),
                "one class at a time takes less, and a smaller --size");
  const std::vector<Tensor> tests = test_images(args, model);
  if (args.image.empty() && tests.empty()) {
    throw UsageError("expected IMAGE, or --controls and --data DIR");
  }
  const Tensor image =
      args.image.empty() ? tests.front() : read_picture(args.image, model, args.picture);
  if (!args.image.empty()) manifest.add_file("IMAGE", args.image);
  if (args.controls) manifest.set("seeds", std::to_string(args.seeds));
  if (!args.data.empty()) {
    manifest.set("data", data::name_of(args.data));
    manifest.set("images", std::to_string(args.images));
  }
  const Objective objective = asked_for(args, model, image);
  manifest.add_objective(objective);
  const Tensor images =
      cat(std::vector<Tensor>(static_cast<std::size_t>(objective.pictures()), image), 0);
  settle(args, model, objective);
  if (args.controls &&
      (args.objective.find(':') != std::string::npos || objective.pictures() > 1)) {
    throw UsageError(
        "--controls: are about one class: --class K, and --objective logit, logprob or softmax");
  }
  const std::vector<NamedMethod> methods = methods_of(args, model);
  write_seen(args.picture, image);
  end_when_interrupted(model);
  const std::vector<Attribution> attributions = attribute(args, model, methods, objective, images);
  std::vector<double> probability;
  if (objective.of_class()) probability = doubles(objective.probability(model, images));

  Image sheet = draw(model, objective, images, attributions, probability);
  std::optional<ControlPlan> plan;
  Controls controls;
  if (args.controls) {
    plan = plan_of(args, model, image, tests);
    std::vector<Tensor> maps;
    for (const Attribution& one : attributions) {
      plan->methods.push_back(one.method);
      maps.push_back(one.maps);
    }
    controls = run_controls(model, *plan);
    sheet = stack({sheet, draw(*plan, controls, maps)});
  }
  manifest.write_png("output", args.output, sheet);
  if (!args.npy.empty())
    manifest.write_npy("npy", args.npy, array_of(attributions, images.shape()));
  if (args.json) {
    Json json = report(command.name(), model, objective, attributions, probability);
    if (plan) json["controls"] = to_json(*plan, controls);
    json["outputs"] = manifest.outputs();
    print_json(json);
  } else {
    print(model, objective, attributions, probability);
    if (plan) print_table(*plan, controls);
    manifest.print_outputs();
  }
  return exit_done;
}

/// What both commands take: a network, a picture, and what is asked of it. -> that of the picture
Option& add_question(Command& command, AttributeArguments& args) {
  add_model(command, args.model, args.load);
  Option& image = command.option("IMAGE", args.image, picture_kinds);
  command.group("What is asked");
  command
      .option("--class K", args.classes,
              std::string("Class: ") + class_help + "; or all, a row each")
      .by_default("the class that the network sees");
  command
      .option("--objective WORDS", args.objective,
              std::string("What of that class: logit, logprob or softmax. Without --class also ") +
                  objective_help)
      .by_default("logit");
  return image;
}

void add_method_options(Command& command, AttributeArguments& args) {
  AttributionOptions& options = args.options;
  std::vector<std::string> names{"all"};
  for (const NamedMethod& method : attribution_methods()) names.push_back(method.name);
  command.group("How");
  command.option("--method NAME,...", args.methods, "Methods; their formulas: viz/attribution.cpp")
      .one_of(names)
      .with_commas();
  command.option("--baseline B", args.baseline,
                 "What stands for nothing, in integrated gradients, occlusion and controls: usual "
                 "(the data's ground or mean), black, white, grey, blurred, or a picture");
  command.option("--steps N", options.steps, "Of integrated gradients").within(1, 100000);
  command.option("--samples N", options.samples, "Noisy copies of SmoothGrad").within(1, 100000);
  command
      .option("--noise X", options.noise,
              "Their noise: its deviation, as a share of the largest pixel less the smallest")
      .within(0, 100);
  command.option("--seed N", options.seed, "Of all that is random");
  command.option("--layer L", args.layer, "Of Grad-CAM")
      .by_default("the last with places that is no pooling");
  command.option("--window N", options.window, "Of occlusion, its side in pixels")
      .within(0, 100000)
      .by_default("a seventh of the picture's");
  command.option("--stride N", options.stride, "From window to window")
      .within(0, 100000)
      .by_default("half a window");
}

void add_control_options(Command& command, AttributeArguments& args) {
  command.group("How far to believe it");
  const Option& controls = command.option(
      "--controls", args.controls,
      "Ask the same of networks that have forgotten, from the last layer on; of other classes; and "
      "what becomes of the class if pixels go, and come, in the order of the map");
  command.option("--seeds N", args.seeds, "Random networks, and random orders of pixels")
      .within(2, 10000)
      .by_default("10")
      .needs(controls);
  const Option& data =
      command
          .option("--data DIR", args.data,
                  "Folder of a data set, as train takes it: the mean over test images, of each the "
                  "class that the network sees")
          .needs(controls);
  command.option("--images N", args.images, "So many of them, evenly spaced")
      .within(1, 1000000)
      .by_default("20")
      .needs(data);
}

void add_outputs(Command& command, const std::shared_ptr<AttributeArguments>& args,
                 const char* npy) {
  command.group("How the picture is read");
  add_picture_options(command, args->picture);
  command.group("How it runs");
  add_threads(command, args->threads);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The picture")
      .by_default("<model>-" + command.name() + ".png");
  command.output("--npy FILE.npy", args->npy, npy);
  add_json(command, args->json);
  command.does([&command, args] { return attribute_command(command, *args); });
}

}  // namespace

bool is_baseline_file(const std::string& word) {
  return std::ranges::count(baseline_words, word) == 0;
}

void add_attribute(Command& program) {
  Command& command =
      program.command("attribute", "Show which pixels speak for a class: seven methods");
  command.example("weights/mnist-robust.json docs/samples/digit.png --method all",
                  "all of them on one sheet");
  command.example("weights/mnist-cnn.json docs/samples/digit.png --method all --controls",
                  "which of them to believe");
  const auto args = std::make_shared<AttributeArguments>();
  add_question(command, *args);
  add_method_options(command, *args);
  add_control_options(command, *args);
  add_outputs(
      command, args,
      "Also the maps, as float32: of one method (1,C,H,W), or (N,C,H,W) of all classes, C = 1 "
      "for Grad-CAM and occlusion; of several one behind the other, each with all channels");
}

void add_saliency(Command& program) {
  Command& command =
      program.command("saliency", "attribute --method gradient: which pixels a class depends on");
  command.example("weights/mnist-robust.json docs/samples/digit.png",
                  "why the network sees what it sees");
  command.example("weights/mnist-robust.json docs/samples/digit.png --class all",
                  "what speaks for each class, and what against it");
  const auto args = std::make_shared<AttributeArguments>();
  add_question(command, *args).required();
  add_outputs(command, args, "Also the gradient, as float32 (1,C,H,W), or (N,C,H,W) of all");
}

}  // namespace glass::viz::cli
