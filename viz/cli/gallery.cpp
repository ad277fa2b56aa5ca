#include <memory>

#include "autograd/storage_pool.hpp"
#include "viz/cli/painting.hpp"

namespace glass::viz::cli {

namespace {

struct GalleryArguments {
  std::vector<std::string> models;
  nn::LoadOptions load;
  std::string output = "gallery.png";
  Painting painting{.classes = "all"};
};

int gallery_command(const Command& command, const GalleryArguments& args) {
  Manifest manifest(command);
  for (const std::string& path : args.models) {
    manifest.files().reads_model(path, nn::load_description(path, 0, nn::InitialValues::none));
  }
  if (args.models.size() > 1 && !args.painting.picture.seen.empty()) {
    throw UsageError("--seen: only for one network");
  }
  begin(manifest, args.painting, {{args.output, ".png"}});
  std::vector<Image> rows;
  Progress progress(static_cast<Index>(args.models.size()));
  for (const std::string& path : args.models) {
    if (interrupted()) break;
    nn::Model model = nn::load_model(path, 0, args.load);
    const Objective objective = objective_of(args.painting, model);
    const Painting painting = tuned(command, args.painting, model);
    write_seen(painting.picture, painting.init_picture);
    progress.begin(static_cast<Index>(rows.size()), model.name);
    const Painted painted = paint(model, objective, painting, progress);
    if (interrupted()) break;
    const std::vector<Tile> tiles =
        tiles_of(model, objective, painted.result.images, painted.probability);
    rows.push_back(titled(model.name, make_sheet(tiles, objective.pictures())));
    print_line(model.name);
    print_scores(model, objective, painted);
    manifest.add_model("MODEL", path, model);
    release_free_storage();  // the next network has other sizes
  }
  if (rows.empty()) return finish(0, args.models.size(), "networks", args.output);
  manifest.write_png("output", args.output, stack(rows));
  manifest.print_outputs();
  return finish(rows.size(), args.models.size(), "networks", args.output);
}

}  // namespace

void add_gallery(Command& program) {
  Command& command =
      program.command("gallery", "Paint every class of networks, a row each: plain beside robust");
  command.example("weights/mnist-cnn.json weights/mnist-robust.json",
                  "why attacks on a training network make better pictures");
  const auto args = std::make_shared<GalleryArguments>();
  command.group("What it reads");
  command.option("MODEL", args->models, "Model descriptions, JSON").required();
  add_load_options(command, args->load);
  add_painting_options(command, args->painting);
  command.group("What it writes");
  command.output("-o,--output FILE.png", args->output, "The picture");
  command.does([&command, args] { return gallery_command(command, *args); });
}

}  // namespace glass::viz::cli
