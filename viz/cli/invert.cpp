#include "viz/invert.hpp"

#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <memory>
#include <numeric>

#include "autograd/threads.hpp"
#include "nn/layer.hpp"
#include "viz/cli/painting.hpp"
#include "viz/cli/picture.hpp"
#include "viz/cli/progress.hpp"
#include "viz/pictures/data.hpp"
#include "viz/pictures/sheet.hpp"

namespace glass::viz::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct InvertArguments {
  std::string model, image, data, output, unregularised, npy;
  nn::LoadOptions load;
  std::vector<std::string> layers;
  Index index = 0;
  InvertOptions options;
  int threads = 0, width = default_width;
  PictureOptions picture;
  bool json = false;
};

/// What a layer keeps of the image: found with the regulariser, and without any.
struct Reconstruction {
  std::string layer;
  InvertResult natural, unregularised;
};

/// What IMAGE or --data and --index name.
Tensor original_of(const InvertArguments& args, const nn::Model& model) {
  if (args.image.empty() == args.data.empty()) {
    throw UsageError("expected either IMAGE or --data DIR --index I");
  }
  if (args.data.empty()) return read_picture(args.image, model, args.picture);
  if (args.picture.any()) {
    throw UsageError("--resize, --fit, --seen: only with IMAGE, not with --data");
  }
  const data::Dataset test = read_test_images(args.data, model.input_shape, notice);
  if (args.index < test.size()) return data::make_batch(test, std::vector{args.index}).images;
  throw UsageError(
      text("--index ", args.index, ": ", args.data, " has test images 0 to ", test.size() - 1));
}

std::vector<Index> layers_of(const InvertArguments& args, const nn::Model& model) {
  std::vector<Index> layers;
  for (const std::string& word : args.layers) {
    if (word == "all") {
      for (Index i = 0; i < model.layers.size(); ++i) {
        if (!nn::says_nothing_new(model.layers.layer(i))) layers.push_back(i);
      }
      continue;
    }
    layers.push_back(as_usage([&] { return model.find(word); }));
  }
  return layers;
}

InvertResult invert_once(nn::Model& model, Index layer, const Tensor& original,
                      const InvertOptions& options, Progress& progress) {
  try {
    return invert(model, layer, original, options, [&](const InvertStep& step) {
      progress.show(
          text("step ", step.step, "/", step.steps, "  loss ", formatted("%.3g", step.loss)),
          static_cast<double>(step.step) / step.steps);
      return !interrupted();
    });
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(text(model.name, ": ", error.what()));
  }
}

/// One row a layer; after an interruption, those that were done by then.
std::vector<Reconstruction> invert_all(nn::Model& model, const std::vector<Index>& layers,
                                       const Tensor& original, const InvertOptions& options) {
  InvertOptions unregularised = options;
  unregularised.regulariser = {};
  std::vector<Reconstruction> rows;
  Progress progress(2 * static_cast<Index>(layers.size()));
  for (const Index layer : layers) {
    const auto part = 2 * static_cast<Index>(rows.size());
    const std::string alias = model.layers.alias(layer);
    const std::string what = text(alias, " (", rows.size() + 1, "/", layers.size(), ")");
    progress.begin(part, what);
    Reconstruction row{alias, invert_once(model, layer, original, options, progress), {}};
    if (interrupted()) break;
    progress.begin(part + 1, what + "  without regulariser");
    row.unregularised = invert_once(model, layer, original, unregularised, progress);
    if (interrupted()) break;
    rows.push_back(row);
  }
  return rows;
}

Image draw(const std::vector<Reconstruction>& rows, InvertResult Reconstruction::*which,
           const Tensor& original, Index width) {
  std::vector<Tile> tiles{{to_image(original, 0), {"original"}}};
  for (const Reconstruction& row : rows) {
    const auto& [image, error, psnr, steps] = row.*which;
    tiles.push_back(
        {to_image(image, 0), {row.layer, formatted("%.1e", error), formatted("%.1f dB", psnr)}});
  }
  return make_sheet(tiles, 6, width);
}

/// [L,C,H,W], the regularised images.
Tensor images_of(const std::vector<Reconstruction>& rows) {
  std::vector<Tensor> images;
  for (const Reconstruction& row : rows) images.push_back(row.natural.image);
  return cat(images, 0);
}

Json report(const std::vector<Reconstruction>& rows, InvertResult Reconstruction::*which) {
  Json list = Json::array();
  for (const Reconstruction& row : rows) {
    const auto& [image, error, psnr, steps] = row.*which;
    list.push_back({{"name", row.layer}, {"error", error}, {"psnr", psnr}});
  }
  return list;
}

std::string default_output(const nn::Model& model) { return model.name + "-inverted.png"; }

/// Beside the other sheet, if that is a file.
std::string default_unregularised(const std::string& output, const nn::Model& model) {
  std::error_code missing;
  const bool is_device = fs::exists(output, missing) && !fs::is_regular_file(output, missing);
  const fs::path path = is_device ? default_output(model) : output;
  return (path.parent_path() / path.stem()).string() + "-unregularised.png";
}

/// Where the image came from, and after an interruption which layers there are.
void describe(Manifest& manifest, const InvertArguments& args,
              const std::vector<Reconstruction>& rows) {
  if (args.data.empty()) {
    manifest.add_file("IMAGE", args.image);
  } else {
    manifest.set("data", data::name_of(args.data));
    manifest.set("index", std::to_string(args.index));
  }
  if (!interrupted()) return;
  Json done = Json::array();
  for (const Reconstruction& row : rows) done.push_back(row.layer);
  manifest.set("layer", done);
}

int invert_command(const Command& command, InvertArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  if (args.output.empty()) args.output = default_output(model);
  if (args.unregularised.empty()) args.unregularised = default_unregularised(args.output, model);
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  manifest.files().reads(args.image);
  for (const std::string& path : data_files(args.data)) manifest.files().reads(path);
  manifest.will_write({{args.output, ".png"},
                       {args.unregularised, ".png"},
                       {args.npy, ".npy"},
                       {args.picture.seen, ".png"}});
  const std::vector<Index> layers = layers_of(args, model);
  if (!command.given("starts")) args.options.starts = invert_options_for(model.input_shape).starts;
  if (!layers.empty()) {
    expect_memory(model, std::ranges::max(layers), args.options.starts, "fewer --starts take less");
  }
  const Tensor original = original_of(args, model);
  write_seen(args.picture, original);
  kernels::set_threads(args.threads);
  catch_interrupts();
  const std::vector<Reconstruction> rows = invert_all(model, layers, original, args.options);
  if (rows.empty()) return finish(0, layers.size(), "layers", args.output);

  describe(manifest, args, rows);
  manifest.write_png("output", args.output,
                     draw(rows, &Reconstruction::natural, original, args.width));
  manifest.write_png("unregularised", args.unregularised,
                     draw(rows, &Reconstruction::unregularised, original, args.width));
  if (!args.npy.empty()) manifest.write_npy("npy", args.npy, images_of(rows));
  if (args.json) {
    print_json({{"model", model.name},
                {"image", args.data.empty() ? args.image
                                            : text(data::name_of(args.data), " test ", args.index)},
                {"layers", report(rows, &Reconstruction::natural)},
                {"unregularised", report(rows, &Reconstruction::unregularised)},
                {"steps", args.options.steps},
                {"seed", args.options.seed},
                {"outputs", manifest.outputs()}});
  } else {
    for (const Reconstruction& row : rows) {
      print_line(text(std::setw(12), row.layer, formatted("   error %.1e", row.natural.error),
                      formatted("   %.1f dB", row.natural.psnr),
                      formatted("   without regulariser %.1f dB", row.unregularised.psnr)));
    }
    manifest.print_outputs();
  }
  return finish(rows.size(), layers.size(), "layers", args.output);
}

}  // namespace

void add_invert(Command& program) {
  Command& command = program.command("invert", "Paint what each layer keeps of an image");
  command.example("weights/mnist-cnn.json docs/samples/digit.png --layer all",
                  "a digit as each layer knows it");
  command.example("weights/cifar10-robust.json docs/samples/boat.png --layer relu2,relu4",
                  "of colours, two layers");
  const auto args = std::make_shared<InvertArguments>();
  InvertOptions& options = args->options;
  add_model(command, args->model, args->load);
  command.option("IMAGE", args->image, picture_kinds);
  command.group("What is inverted");
  command.option("--layer L,...", args->layers, "Layers, such as conv1,relu3, or all")
      .with_commas()
      .required();
  command.group("What it reads");
  const Option& data =
      command.option("--data DIR", args->data,
                     "Folder of a data set, as train takes it, whose test image --index is taken");
  command.option("--index N", args->index, "Which one, from 0")
      .within(0, 1000000000)
      .by_default("0")
      .needs(data);
  add_picture_options(command, args->picture);
  command.group("How");
  command.option("--steps N", options.steps, "Steps of the optimiser").within(0, 1000000);
  command.option("--lr X", options.lr, "Step size at the start; it falls to a hundredth")
      .within(0, 1000);
  command
      .option("--starts N", options.starts, "Runs from other noise, side by side; the best is kept")
      .within(1, 1000);
  add_regulariser_options(command, options.regulariser);
  command.option("--seed N", options.seed, "Seed of the noise");
  add_threads(command, args->threads);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The sheet")
      .by_default("<model>-inverted.png");
  command.output("--unregularised FILE.png", args->unregularised, "Sheet without any regulariser")
      .by_default("<output>-unregularised.png");
  command.output("--npy FILE.npy", args->npy, "Also the images, as float32 (L,C,H,W) in [0,1]");
  add_width(command, args->width);
  add_json(command, args->json);
  command.note(
      "The regulariser's weights are multiplied by sqrt(numbers in the image / numbers in the "
      "layer's output): the less a layer says, the more is left to the regulariser.");
  command.does([&command, args] { return invert_command(command, *args); });
}

}  // namespace glass::viz::cli
