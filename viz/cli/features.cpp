#include <algorithm>
#include <memory>
#include <numeric>

#include "autograd/ops.hpp"
#include "nn/inference.hpp"
#include "viz/cli/painting.hpp"
#include "viz/cli/progress.hpp"
#include "viz/pictures/data.hpp"
#include "viz/pictures/text.hpp"

namespace glass::viz::cli {

namespace {

struct FeaturesArguments {
  std::string model, layer, data, output;
  nn::LoadOptions load;
  Painting painting;
  Index examples = 4;
  bool json = false;
};

/// A test image, and what it does to a channel.
struct Example {
  Index place;
  double activation;
};

/// What a channel, the mean over its places, does on the test images.
struct Channel {
  double mean = 0;                ///< over all of them
  std::vector<Example> examples;  ///< those with the largest, the largest first
};

std::vector<Channel> channels_of(const nn::Model& model, Index layer, const data::Dataset& test,
                                 std::size_t count) {
  constexpr Index together = 500;
  const auto means = [&](const Tensor& x) {
    const Tensor h = model.outputs(layer, x).back();
    return h.shape().rank() == 4 ? flatten(global_avg_pool2d(h)) : h;
  };
  std::vector<Channel> channels;
  Progress progress;
  for (Index first = 0; first < test.size(); first += together) {
    progress.show(text("test image ", first, '/', test.size()),
                  static_cast<double>(first) / static_cast<double>(test.size()));
    std::vector<Index> places(static_cast<std::size_t>(std::min(together, test.size() - first)));
    std::iota(places.begin(), places.end(), first);
    const Tensor found = nn::infer(means, data::make_batch(test, places).images);
    const Index K = found.shape()[1];
    channels.resize(static_cast<std::size_t>(K));
    for (Index i = 0; i < found.size(); ++i) {
      Channel& channel = channels[static_cast<std::size_t>(i % K)];
      channel.mean += found.data()[i] / static_cast<double>(test.size());
      channel.examples.push_back({first + i / K, found.data()[i]});
    }
    for (auto& [mean, examples] : channels) {
      std::ranges::stable_sort(examples, std::greater<>(), &Example::activation);
      examples.resize(std::min(examples.size(), count));
    }
  }
  return channels;
}

/// Pictures of equal size in a row.
Image row_of(const std::vector<Image>& images) {
  constexpr Index gap = 1;
  const Image& first = images.front();
  const auto count = static_cast<Index>(images.size());
  Image row(count * (first.width + gap) - gap, first.height, first.channels, paper);
  for (Index i = 0; i < count; ++i)
    for (Index y = 0; y < first.height; ++y)
      for (Index x = 0; x < first.width; ++x)
        for (Index c = 0; c < first.channels; ++c) {
          row.at(i * (first.width + gap) + x, y, c) =
              images[static_cast<std::size_t>(i)].at(x, y, c);
        }
  return row;
}

/// How far the best image comes on the way from the mean of all, 0 %, to the painting, 100 %. Empty if
/// the painting is no better than the mean.
std::string share(const Channel& channel, double painted) {
  const double way = painted - channel.mean;
  const double reached = channel.examples.front().activation - channel.mean;
  return way > 0 ? formatted("%.0f %%", 100 * reached / way) : "";
}

Image draw(const std::vector<Channel>& channels, const data::Dataset& test,
           const Painted& painted) {
  std::vector<Tile> tiles;
  for (std::size_t k = 0; k < painted.result.objective_after.size(); ++k) {
    std::vector<Image> images{to_image(painted.result.images, static_cast<Index>(k))};
    std::string caption = std::to_string(k);
    if (!channels.empty()) {
      for (const Example& one : channels[k].examples) {
        images.push_back(to_image(data::make_batch(test, std::vector{one.place}).images, 0));
      }
      caption += "   " + share(channels[k], painted.result.objective_after[k]);
    }
    tiles.push_back({row_of(images), {caption}});
  }
  constexpr Index sheet_width = 1240, least_height = 56;
  const Image& tile = tiles.front().image;
  const Index width = tile.width * ((least_height + tile.height - 1) / tile.height),
              columns = std::clamp<Index>(sheet_width / width, 1, 10);
  return make_sheet(tiles, columns, columns * width);
}

std::string class_of(const nn::Model& model, const data::Dataset& test, const Example& example) {
  const std::size_t label = test.labels[static_cast<std::size_t>(example.place)];
  return label < model.classes.size() ? model.classes[label] : std::to_string(label);
}

nlohmann::ordered_json report(const nn::Model& model, const std::string& layer,
                              const std::vector<Channel>& channels, const data::Dataset& test,
                              const Painted& painted) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < painted.result.objective_after.size(); ++k) {
    nlohmann::ordered_json channel{{"channel", k}, {"painting", painted.result.objective_after[k]}};
    if (!channels.empty()) {
      channel["mean"] = channels[k].mean;
      channel["images"] = nlohmann::ordered_json::array();
      for (const Example& one : channels[k].examples) {
        channel["images"].push_back({{"index", one.place},
                                     {"class", class_of(model, test, one)},
                                     {"activation", one.activation}});
      }
    }
    list.push_back(channel);
  }
  return {{"model", model.name}, {"layer", layer}, {"channels", list}};
}

void print_channels(const nn::Model& model, const std::vector<Channel>& channels,
                    const data::Dataset& test, const Painted& painted) {
  std::vector<std::vector<std::string>> rows{{"channel", "painting"}};
  if (!channels.empty()) {
    rows.front().insert(rows.front().end(),
                        {"mean image", "best image", "reaches", "the best show"});
  }
  for (std::size_t k = 0; k < painted.result.objective_after.size(); ++k) {
    const double activation = painted.result.objective_after[k];
    rows.push_back({std::to_string(k), formatted("%.3g", activation)});
    if (channels.empty()) continue;
    std::string classes;
    for (const Example& one : channels[k].examples) classes += class_of(model, test, one) + ' ';
    classes.pop_back();
    rows.back().insert(rows.back().end(),
                       {formatted("%.3g", channels[k].mean),
                        formatted("%.3g", channels[k].examples.front().activation),
                        share(channels[k], activation), classes});
  }
  print_text(aligned(rows));
}

int features_command(const Command& command, FeaturesArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.eval();
  const Index layer = as_usage([&] { return model.find(args.layer); });
  const std::string alias = model.layers.alias(layer);
  args.painting = tuned(command, args.painting, model);
  args.painting.objective = text("channel:", layer, ":all");
  const Objective objective = objective_of(args.painting, model);
  if (args.output.empty()) args.output = model.name + '-' + alias + "-features.png";
  Manifest manifest(command);
  manifest.add_model("MODEL", args.model, model);
  for (const std::string& path : data_files(args.data)) manifest.files().reads(path);
  begin(manifest, args.painting, {{args.output, ".png"}});
  data::Dataset test;
  std::vector<Channel> channels;
  if (!args.data.empty()) {
    test = read_test_images(args.data, model.input_shape, notice);
    manifest.set("data", data::name_of(args.data));
    channels = channels_of(model, layer, test, static_cast<std::size_t>(args.examples));
  }
  Progress progress;
  const Painted painted = paint(model, objective, args.painting, progress);

  describe(manifest, args.painting, painted.result);
  const std::string title =
      alias + " of " + model.name +
      (channels.empty() ? ": what each channel answers to most"
                        : ": a painting for each channel, the test images that it answers to most, "
                          "and how far the best of them comes from the mean of all, 0 %, to the "
                          "painting, 100 %");
  manifest.write_png("output", args.output, titled(title, draw(channels, test, painted)));
  if (args.json) {
    auto json = report(model, alias, channels, test, painted);
    json["outputs"] = manifest.outputs();
    print_json(json);
  } else {
    print_channels(model, channels, test, painted);
    manifest.print_outputs();
  }
  return finish(painted.result.steps, args.painting.options.steps, "steps", args.output);
}

}  // namespace

void add_features(Command& program) {
  Command& command = program.command(
      "features", "Paint each channel of a layer, beside the real images that it answers to most");
  command.example("weights/mnist-cnn.json --layer conv2 --data mnist --steps 128",
                  "what the channels of a layer look for");
  const auto args = std::make_shared<FeaturesArguments>();
  add_model(command, args->model, args->load);
  command.option("--data DIR", args->data,
                 "Folder of a data set, as train takes it, whose test images are shown");
  command.group("What to paint");
  command.option("--layer L", args->layer, "Layer, such as conv2").required();
  command.option("--examples N", args->examples, "Test images for each channel").within(1, 16);
  add_painting_options(command, args->painting);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The sheet")
      .by_default("<model>-<layer>-features.png");
  add_json(command, args->json);
  command.note(
      "A channel's activation is the mean over its places. That a picture drives a channel further "
      "than any real image does not show that the channel is for what one sees in it.");
  command.does([&command, args] { return features_command(command, *args); });
}

}  // namespace glass::viz::cli
