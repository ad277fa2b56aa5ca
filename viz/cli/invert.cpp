#include "viz/invert.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>

#include "autograd/threads.hpp"
#include "nn/data/data_folder.hpp"
#include "viz/cli/painting.hpp"
#include "viz/cli/picture.hpp"
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
  int threads = 0;
  PictureOptions picture;
  bool json = false;
};

/// What a layer keeps of the image: found with the regulariser, and without any.
struct Row {
  std::string layer;
  Inversion natural, unregularised;
};

std::string data_name(const InvertArguments& args) {
  return fs::canonical(args.data).filename().string();
}

Tensor test_image(const InvertArguments& args, const nn::Model& model) {
  const data::Dataset test =
      data::read_data_folder(args.data, model.input_shape, data::any_classes).test;
  if (args.index >= test.size()) {
    throw UsageError(
        text("--index ", args.index, ": ", args.data, " has test images 0 to ", test.size() - 1));
  }
  return data::make_batch(test, std::vector{args.index}).images;
}

Tensor original_of(const InvertArguments& args, const nn::Model& model) {
  if (args.image.empty() == args.data.empty()) {
    throw UsageError("expected either IMAGE or --data DIR --index I");
  }
  if (!args.data.empty() && args.picture.any()) {
    throw UsageError("--resize, --fit, --seen: only with IMAGE, not with --data");
  }
  return args.data.empty() ? read_picture(args.image, model, args.picture)
                           : test_image(args, model);
}

/// Flatten and Dropout say of the image exactly what their input says.
bool adds_nothing(const nn::Module& layer) {
  const std::string type = layer.type();
  return type == "Flatten" || type == "Dropout";
}

std::vector<Index> layers_of(const InvertArguments& args, const nn::Model& model) {
  std::vector<Index> layers;
  for (const std::string& word : args.layers) {
    if (word == "all") {
      for (Index i = 0; i < model.layers.size(); ++i) {
        if (!adds_nothing(model.layers.layer(i))) layers.push_back(i);
      }
      continue;
    }
    layers.push_back(as_usage([&] { return model.layers.find(word); }));
  }
  return layers;
}

Inversion invert_once(nn::Model& model, Index layer, const Tensor& original,
                      const InvertOptions& options, const std::string& what) {
  try {
    return invert(model, layer, original, options, [&](const InvertStep& step) {
      show_progress(text(what, "  step ", step.step, "/", step.steps, "  loss ", step.loss));
      return !interrupted();
    });
  } catch (const FileError&) {
    throw;
  } catch (const Error& error) {
    throw FileError(text(model.name, ": ", error.what()));
  }
}

/// One row a layer; after an interruption, those that were done by then.
std::vector<Row> invert_all(nn::Model& model, const std::vector<Index>& layers,
                            const Tensor& original, const InvertOptions& options) {
  InvertOptions unregularised = options;
  unregularised.regulariser = {};
  std::vector<Row> rows;
  for (const Index layer : layers) {
    const std::string alias = model.layers.alias(layer);
    const std::string what = text(alias, " (", rows.size() + 1, "/", layers.size(), ")");
    Row row{alias, invert_once(model, layer, original, options, what), {}};
    if (interrupted()) break;
    row.unregularised =
        invert_once(model, layer, original, unregularised, what + "  without regulariser");
    if (interrupted()) break;
    rows.push_back(row);
  }
  end_progress();
  return rows;
}

Image draw(const std::vector<Row>& rows, Inversion Row::*which, const Tensor& original) {
  std::vector<Tile> tiles{{to_image(original, 0), {"original"}}};
  for (const Row& row : rows) {
    const Inversion& inversion = row.*which;
    tiles.push_back(
        {to_image(inversion.image, 0),
         {row.layer, formatted("%.1e", inversion.error), formatted("%.1f dB", inversion.psnr)}});
  }
  return make_sheet(tiles, 6);
}

/// [L,C,H,W], the regularised images.
Tensor images_of(const std::vector<Row>& rows) {
  const Shape& shape = rows.front().natural.image.shape();
  const Tensor all = Tensor::empty({static_cast<Index>(rows.size()), shape[1], shape[2], shape[3]});
  real* at = all.mutable_data();
  for (const Row& row : rows) at = std::ranges::copy(row.natural.image.values(), at).out;
  return all;
}

Json report(const std::vector<Row>& rows, Inversion Row::*which) {
  Json list = Json::array();
  for (const Row& row : rows) {
    const Inversion& inversion = row.*which;
    list.push_back({{"name", row.layer}, {"error", inversion.error}, {"psnr", inversion.psnr}});
  }
  return list;
}

std::string default_unregularised(const std::string& output) {
  const fs::path path = output;
  return (path.parent_path() / path.stem()).string() + "-unregularised.png";
}

/// Where the image came from, and after an interruption which layers there are.
void describe(Manifest& manifest, const InvertArguments& args, const std::vector<Row>& rows) {
  if (args.data.empty()) {
    manifest.add_file("IMAGE", args.image);
  } else {
    manifest.set("data", data_name(args));
    manifest.set("index", std::to_string(args.index));
  }
  if (!interrupted()) return;
  Json done = Json::array();
  for (const Row& row : rows) done.push_back(row.layer);
  manifest.set("layer", done);
}

int invert_command(const CLI::App& command, InvertArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  if (args.output.empty()) args.output = model.name + "-inverted.png";
  if (args.unregularised.empty()) args.unregularised = default_unregularised(args.output);
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  if (!args.image.empty()) manifest.files().reads(args.image);
  for (const std::string& path : data::data_files(args.data)) manifest.files().reads(path);
  manifest.will_write({args.output, args.unregularised, args.picture.seen}, args.npy);
  const std::vector<Index> layers = layers_of(args, model);
  const Tensor original = original_of(args, model);
  write_seen(args.picture, original);
  kernels::set_threads(args.threads);
  catch_interrupts();
  const std::vector<Row> rows = invert_all(model, layers, original, args.options);
  if (rows.empty()) return finish(0, layers.size(), "layers", args.output);

  describe(manifest, args, rows);
  manifest.write_png("output", args.output, draw(rows, &Row::natural, original));
  manifest.write_png("unregularised", args.unregularised,
                     draw(rows, &Row::unregularised, original));
  if (!args.npy.empty()) manifest.write_npy("npy", args.npy, images_of(rows));
  if (args.json) {
    print_json(
        {{"model", model.name},
         {"image", args.data.empty() ? args.image : text(data_name(args), " test ", args.index)},
         {"layers", report(rows, &Row::natural)},
         {"unregularised", report(rows, &Row::unregularised)},
         {"steps", args.options.steps},
         {"seed", args.options.seed},
         {"outputs", manifest.outputs()}});
  } else {
    manifest.print_outputs();
  }
  return finish(rows.size(), layers.size(), "layers", args.output);
}

}  // namespace

void add_invert(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "invert", "Find what each layer keeps of an image: natural images that it cannot tell apart");
  const auto args = std::make_shared<InvertArguments>();
  InvertOptions& options = args->options;
  const auto option = [&](const char* name, auto& value, const char* help) {
    return command->add_option(name, value, help)->capture_default_str();
  };
  command->add_option("MODEL", args->model, "Model description, JSON")->required();
  add_load_options(*command, args->load);
  command->add_option("IMAGE", args->image, picture_kinds);
  command->add_option("--layer", args->layers, "Layers, such as conv1,relu3, or all")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  CLI::Option* data = command->add_option(
      "--data", args->data, "Folder of a data set, whose test image --index is taken");
  command->add_option("--index", args->index, "Which one, from 0")
      ->needs(data)
      ->check(CLI::Range(0, 1000000000));
  add_picture_options(*command, args->picture);
  option("--steps", options.steps, "Steps of the optimiser")->check(CLI::Range(0, 1000000));
  option("--lr", options.lr, "Step size at the start; it falls to a hundredth")
      ->check(within(0, 1000));
  option("--starts", options.starts, "Runs from other noise, side by side; the best is kept")
      ->check(CLI::Range(1, 1000));
  add_regulariser_options(*command, options.regulariser);
  option("--seed", options.seed, "Seed of the noise");
  option("--threads", args->threads, "Threads; 0 uses every core")->check(CLI::Range(0, 1024));
  command->add_option("-o,--output", args->output,
                      "Sheet to write (default: <model>-inverted.png)");
  command->add_option("--unregularised", args->unregularised,
                      "Sheet without any regulariser (default: <output>-unregularised.png)");
  command->add_option("--npy", args->npy, "Also write the images as float32 (L,C,H,W) in [0,1]");
  command->add_flag("--json", args->json, "Report as one JSON object on standard output");
  command->footer(help_footer(
      "The regulariser's weights are multiplied by sqrt(numbers in the image / numbers in\n"
      "the layer's output): the less a layer says, the more is left to the regulariser."));
  command->callback(
      [command, args, &run] { run = [command, args] { return invert_command(*command, *args); }; });
}

}  // namespace glass::viz::cli
