#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

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
  int step = 0;
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

/// As asked for, or by the name of the output, or text. Throws UsageError if that name promises
/// something else.
std::string format_of(const TapeArguments& args) {
  if (!args.format.empty()) return args.format;
  const std::string extension = std::filesystem::path(args.output).extension().string();
  for (const char* format : {"svg", "html", "dot", "json"}) {
    if (extension == '.' + std::string(format)) return format;
  }
  if (extension.empty() || extension == ".txt") return "text";
  throw UsageError(args.output + ": a tape is written as .svg, .html, .dot, .json or .txt");
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

std::vector<Recorded> record(const Command& command, const TapeArguments& args) {
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
    const int step = command.given("step")
                         ? args.step
                         : steps_until_all_live(model, objective, init, painting.options);
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
  for (const Recorded& recorded : tapes) json[recorded.mode] = viz::to_json(*recorded.trace, times);
  return json.dump(1, ' ', true) + '\n';
}

int tape_command(const Command& command, TapeArguments& args) {
  if (is_standard_output(args.output)) args.output.clear();
  FilesInUse files;
  files.reads_model(args.model, nn::load_description(args.model, 0, nn::InitialValues::none));
  files.reads(args.image);
  if (is_file(args.painting.init)) files.reads(args.painting.init);
  files.writes({args.output, ""});
  files.writes({args.painting.picture.seen, ".png"});
  const std::string format = format_of(args);
  if (args.times && format != "text" && format != "json") {
    throw UsageError("--times: only in text and json");
  }
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

void add_tape(Command& program) {
  Command& command =
      program.command("tape", "Show what backward() did, in training and in maximisation");
  command.example("weights/mnist-robust.json -o tape.html", "a page to step through");
  command.example("weights/tiny.json --mode train", "a small network's training, as a table");
  const auto args = std::make_shared<TapeArguments>();
  args->painting.init.clear();
  add_model(command, args->model, args->load);
  command.group("What is shown");
  command.option("--mode WORD", args->mode, "One of them, or both side by side")
      .one_of({"train", "maximise", "both"});
  command
      .option("--image FILE", args->image,
              "Picture to train on, and to begin the maximisation with")
      .by_default("noise for both");
  command.option("--init WORD", args->painting.init,
                 "Where the maximisation begins instead: noise, grey, or a picture");
  add_picture_options(command, args->painting.picture);
  command.option("--class K", args->class_word, std::string("Class: ") + class_help)
      .by_default("what the network sees in --image, or else 0");
  command.option("--step N", args->step, "Show the maximisation after so many steps")
      .within(0, 1000000)
      .by_default("the first of 64 in which every gradient lives, or 0");
  command.option("--seed N", args->painting.options.seed, "Seed of the noise");
  command.group("What it writes");
  command.option("--format WORD", args->format, "What to write")
      .one_of({"text", "svg", "html", "dot", "json"})
      .by_default("as --output is called, or text");
  command.option("--times", args->times,
                 "Also tell how long each operation took, in text and json");
  add_threads(command, args->painting.threads);
  command.output("-o,--output FILE", args->output, "The file").by_default("standard output");
  command.does([&command, args] { return tape_command(command, *args); });
}

}  // namespace glass::viz::cli
