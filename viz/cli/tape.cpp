#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>

#include "autograd/node.hpp"
#include "nn/io/files.hpp"
#include "nn/printable.hpp"
#include "viz/classes.hpp"
#include "viz/cli/painting.hpp"
#include "viz/pages/tape/dot.hpp"
#include "viz/pages/tape/json.hpp"
#include "viz/pages/tape/page.hpp"
#include "viz/pages/tape/record.hpp"
#include "viz/pages/tape/svg.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

struct TapeArguments {
  std::string model, mode = "both", image, class_word, format, output;
  nn::LoadOptions load;
  Painting painting;
  std::optional<int> step;
  bool times = false;
};

/// One mode's tape, with what it needs to exist.
struct Recorded {
  std::string mode, title;
  std::shared_ptr<const Trace> trace;
};

bool wants(const TapeArguments& args, const char* mode) {
  return args.mode == "both" || args.mode == mode;
}

/// As asked for, or by the name of the output, or text.
std::string format_of(const TapeArguments& args) {
  if (!args.format.empty()) return args.format;
  const std::string extension = std::filesystem::path(args.output).extension().string();
  for (const char* format : {"svg", "html", "dot", "json"}) {
    if (extension == '.' + std::string(format)) return format;
  }
  return "text";
}

/// Training is shown on one image.
void expect_trainable(const nn::Model& model) {
  try {
    model.check_batch(1);
  } catch (const Error& error) {
    throw FileError(std::string(error.what()) + "; --mode maximise shows the rest");
  }
}

Index class_of(const TapeArguments& args, nn::Model& model, const Tensor& image) {
  if (!args.class_word.empty()) return as_usage([&] { return find_class(model, args.class_word); });
  if (args.image.empty()) return 0;
  model.eval();
  return argmax(logits_of(model, image), 1).front();
}

std::vector<Recorded> record(const CLI::App& command, const TapeArguments& args) {
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.class_count();  // throws if the network is no classifier
  if (wants(args, "train")) expect_trainable(model);
  Painting painting = args.painting;
  Tensor image;
  if (!args.image.empty()) {
    image = read_picture(args.image, model, painting.picture);
    write_seen(painting.picture, image);
    painting.picture.seen.clear();
    if (!is_file(painting.init)) painting.picture = {};  // there is no second picture
  }
  if (painting.init.empty()) {
    painting.init = image ? args.image : "noise";
    painting.init_picture = image;
  }
  painting = tuned(command, painting, model);
  if (painting.init_picture) write_seen(painting.picture, painting.init_picture);
  const Index k = class_of(args, model, image);
  const std::string name = nn::printable(class_name(model, k));
  const Objective objective(model, text("logit:index:", k));
  const Tensor init = initial_images(painting, model, objective, painting.options.seed);

  std::vector<Recorded> tapes;
  if (wants(args, "maximise")) {
    const int step =
        args.step ? *args.step : steps_until_all_live(model, objective, init, painting.options);
    tapes.push_back({"maximisation", text("Maximisation of the logit of ", name, ", step ", step),
                     tape_of_maximisation(model, objective, init, painting.options, step)});
  }
  if (wants(args, "train")) {
    tapes.insert(tapes.begin(), {"training", "Training on one image of " + name,
                                 tape_of_training(model, image ? image : init, k)});
  }
  return tapes;
}

std::string listings(const std::vector<Recorded>& tapes, const ListingOptions& options) {
  std::string out;
  for (const Recorded& recorded : tapes) {
    out += (out.empty() ? "" : "\n") + recorded.title + "\n\n" + listing(*recorded.trace, options);
  }
  return out;
}

std::string json_text(const std::vector<Recorded>& tapes, bool times) {
  nlohmann::ordered_json json;
  for (const Recorded& recorded : tapes) json[recorded.mode] = to_json(*recorded.trace, times);
  return json.dump(1, ' ', true) + '\n';
}

int tape_command(const CLI::App& command, const TapeArguments& args) {
  const std::string format = format_of(args);
  if (args.times && format != "text" && format != "json") {
    throw UsageError("--times: only in text and json");
  }
  FilesInUse files;
  files.reads_model(args.model, nn::load_description(args.model, 0, nn::InitialValues::none));
  for (const std::string& path : {args.image, args.painting.init}) {
    if (!path.empty() && is_file(path)) files.reads(path);
  }
  files.writes(args.output);
  files.writes(args.painting.picture.seen);
  const std::vector<Recorded> tapes = record(command, args);
  std::vector<TapeView> views;
  for (const Recorded& recorded : tapes) {
    views.push_back({recorded.mode, recorded.title, recorded.trace.get()});
  }
  const std::string title = nn::printable(std::filesystem::path(args.model).stem().string()) +
                            (views.size() > 1 ? ": one tape, two jobs" : "");
  std::string result;
  if (format == "text") {
    const bool colour = args.output.empty() && isatty(STDOUT_FILENO) && !std::getenv("NO_COLOR");
    result = listings(tapes, {.colour = colour, .times = args.times});
  } else if (format == "json") {
    result = json_text(tapes, args.times);
  } else if (format == "dot") {
    result = to_dot(title, views);
  } else {
    result = format == "svg" ? to_svg(title, views) : to_html(title, views);
  }
  if (args.output.empty()) {
    std::cout << result;  // a document, or coloured; its names are printable
  } else {
    nn::write_file(args.output, result);
    print_line(args.output);
  }
  return exit_done;
}

}  // namespace

void add_tape(CLI::App& program, Run& run) {
  CLI::App* command = program.add_subcommand(
      "tape", "Show what backward() did, in training and in maximisation, node by node");
  const auto args = std::make_shared<TapeArguments>();
  args->painting.init.clear();
  const auto option = [&](const char* name, auto& value, const std::string& help) {
    return command->add_option(name, value, help);
  };
  option("MODEL", args->model, "Model description, JSON")->required();
  add_load_options(*command, args->load);
  option("--mode", args->mode, "train, maximise, or both side by side")
      ->capture_default_str()
      ->check(CLI::IsMember({"train", "maximise", "both"}));
  option("--image", args->image,
         "Picture to train on, and to begin the maximisation with (default: noise for both)");
  option("--init", args->painting.init,
         "Where the maximisation begins instead: noise, grey, or a picture");
  add_picture_options(*command, args->painting.picture);
  option("--class", args->class_word,
         std::string("Class: ") + class_help +
             " (default: what the network sees in --image, or else 0)");
  option("--step", args->step,
         "Show the maximisation after so many steps (default: the first of 64 in which every "
         "gradient lives, or 0)")
      ->check(CLI::Range(0, 1000000));
  option("--seed", args->painting.options.seed, "Seed of the noise")->capture_default_str();
  option("--format", args->format,
         "text, svg, html, dot or json (default: as --output is called, or text)")
      ->check(CLI::IsMember({"text", "svg", "html", "dot", "json"}));
  command->add_flag("--times", args->times,
                    "Also tell how long each operation took, in text and json");
  option("--threads", args->painting.threads, "Threads; 0 uses every core")
      ->check(CLI::Range(0, 1024));
  option("-o,--output", args->output, "File to write (default: standard output)");
  command->callback(
      [command, args, &run] { run = [command, args] { return tape_command(*command, *args); }; });
}

}  // namespace glass::viz::cli
