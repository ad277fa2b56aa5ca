#include <memory>
#include <numeric>
#include <optional>

#include "autograd/threads.hpp"
#include "viz/classes.hpp"
#include "viz/cli/judges.hpp"
#include "viz/cli/painting.hpp"
#include "viz/cli/real_images.hpp"
#include "viz/pictures/data.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/start.hpp"

namespace glass::viz::cli {

namespace {

struct JudgeArguments {
  std::string model, images, judge, data;
  nn::LoadOptions load;
  std::vector<std::string> classes, data_classes;
  Painting painting;
  bool maximise = false, json = false;
};

Tensor read_images(const std::string& path, const nn::Model& model) {
  Tensor images = read_npy(path, [&](const Shape& shape) {
    if (shape.rank() == 4 && Shape(shape.begin() + 1, shape.end()) == model.input_shape) return;
    throw FileError(text(path, ": ", model.name, " takes images of ", model.input_shape,
                         ", found an array of ", shape));
  });
  expect_pixels(images, path);
  return images;
}

std::vector<Index> every_class(const nn::Model& model) {
  std::vector<Index> all(static_cast<std::size_t>(model.class_count()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

/// The classes of `count` pictures: those asked for, or all of them in turn.
std::vector<Index> picture_classes(const JudgeArguments& args, const nn::Model& model,
                                   Index count) {
  std::vector<Index> classes;
  if (args.classes.empty()) {
    for (Index n = 0; n < count; ++n) classes.push_back(n % model.class_count());
    return classes;
  }
  if (static_cast<Index>(args.classes.size()) != count) {
    throw UsageError(text("--classes: expected one for each of ", count, " pictures, got ",
                          args.classes.size()));
  }
  for (const std::string& word : args.classes) {
    classes.push_back(as_usage([&] { return find_class(model, word); }));
  }
  return classes;
}

Group pictures(const JudgeArguments& args, nn::Model& model) {
  Group group{"pictures", "pictures", {}, {}};
  if (args.maximise) {
    const Objective objective = objective_of(args.painting, model);
    if (!objective.of_class()) {
      throw UsageError("--objective " + args.painting.objective +
                       ": expected one that begins with a class, such as logit:all");
    }
    catch_interrupts();
    Progress progress;
    const MaximiseResult result = paint(model, objective, args.painting, progress).result;
    group.images = result.images;
    for (Index n = 0; n < result.images.shape()[0]; ++n) {
      group.classes.push_back(objective.unit(n));
    }
    if (interrupted()) {
      notice(text("interrupted after ", result.steps, " of ", args.painting.options.steps,
                  " steps; judged is what there was"));
    }
  } else {
    group.images = read_images(args.images, model);
    group.classes = picture_classes(args, model, group.images.shape()[0]);
  }
  return group;
}

/// The pictures to judge, and beside them what they should differ from or be like.
std::vector<Group> collect(const JudgeArguments& args, nn::Model& model,
                           const std::optional<data::DataFolder>& data) {
  const std::vector<Index> all = every_class(model);
  std::vector<Group> groups{pictures(args, model)};
  groups.push_back(
      {"noise", "noise", initial_noise(model, all, args.painting.options.seed, 0.3), all});
  if (data) {
    groups.push_back({"class_mean", "class means", class_means(data->training, all), all});
    groups.push_back({"real", "real images", first_of_each(data->test, all), all});
  }
  return groups;
}

int judge_command(const Command& command, JudgeArguments& args) {
  if (args.maximise != args.images.empty()) {
    throw UsageError("expected either --images X.npy or --maximise");
  }
  kernels::set_threads(args.painting.threads);
  nn::Model model = nn::load_model(args.model, 0, args.load);
  model.eval();
  args.painting = tuned(command, args.painting, model);
  if (args.painting.classes.empty() && args.painting.objective.find(':') == std::string::npos) {
    args.painting.classes = "all";
  }
  const std::string judge_path = args.judge.empty() ? judge_of(args.model, model) : args.judge;
  const nn::Model judge = load_judge(judge_path, model, args.load);
  FilesInUse files;
  files.reads_model(args.model, model);
  files.reads_model(judge_path, judge);
  files.reads(args.images);
  if (is_file(args.painting.init)) files.reads(args.painting.init);
  for (const std::string& path : data_files(args.data)) files.reads(path);
  files.writes({args.painting.picture.seen, ".png"});
  write_seen(args.painting.picture, args.painting.init_picture);
  std::optional<data::DataFolder> data;
  if (!args.data.empty()) data = read_real_images(args.data, model, args.data_classes);
  Judgement judgement{model, judge, collect(args, model, data), {}};
  for (Group& group : judgement.groups) {
    for (const Score& one : score(model, judge, group.images, group.classes)) {
      group.verdicts.push_back({one, {}});
    }
  }
  if (data) {
    compare(judgement.groups, *data, args.data);
    judgement.spreads = spreads_of(judge, judgement.groups.front(), data->test);
  }
  if (args.json) {
    print_json(to_json(judgement));
  } else {
    print_table(judgement);
  }
  return interrupted() ? exit_interrupted : exit_done;
}

}  // namespace

void add_judge(Command& program) {
  Command& command =
      program.command("judge", "Ask another network, and real images, what pictures mean");
  command.example("weights/mnist-cnn.json --maximise --steps 128",
                  "whether another network sees in its pictures what it sees");
  const auto args = std::make_shared<JudgeArguments>();
  command.group("What it reads");
  command.option("MODEL", args->model, "Description of the model that made the pictures, JSON")
      .required();
  add_load_options(command, args->load);
  command.group("Which pictures");
  const Option& images =
      command.option("--images FILE.npy", args->images, "An array (N,C,H,W) in [0,1], .npy");
  command.option("--maximise,--maximize", args->maximise,
                 "Paint them, one for each class or as the options below say");
  command
      .option(
          "--classes K,...", args->classes,
          "What the pictures are meant to be, with commas between: each " + std::string(class_help))
      .with_commas()
      .needs(images)
      .by_default("all classes in turn");
  command.group("Who judges");
  command.option("--judge FILE.json", args->judge, "Description of the other network")
      .by_default("what MODEL names");
  const Option& data =
      command.option("--data DIR", args->data,
                     "Folder with the data set, as train takes it, to compare with real images");
  command
      .option("--data-classes K,...", args->data_classes,
              "Those of the data set that the model was trained on, as train --classes had them")
      .with_commas()
      .needs(data)
      .by_default("all");
  add_json(command, args->json);
  add_objective_options(command, args->painting);
  add_painting_options(command, args->painting);
  command.does([&command, args] { return judge_command(command, *args); });
}

}  // namespace glass::viz::cli
