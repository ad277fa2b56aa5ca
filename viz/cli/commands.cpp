#include "viz/cli/commands.hpp"

#include <numeric>

#include "viz/cli/viz.hpp"
#include "viz/png.hpp"

namespace glass::inline GLASS_PRECISION::viz::cli {

void add_commands(CLI::App& program, Run& run) {
  add_maximise(program, run);
  add_gallery(program, run);
  add_process(program, run);
  add_regulariser(program, run);
  add_figures(program, run);
  add_invert(program, run);
  add_saliency(program, run);
  add_tape(program, run);
  add_judge(program, run);
  add_classify(program, run);
  add_info(program, run);
  add_replay(program, run);
}

int viz(int argc, char** argv) {
  CLI::App program("Look through a neural network with the engine that trained it.", "viz");
  program.require_subcommand(0, 1);  // so that a misspelt command is named, not only missed
  program.footer(help_footer());
  Run run;
  add_commands(program, run);
  return run_program(program, argc, argv, [&run] {
    if (!run) throw UsageError("expected a command, such as maximise (see --help)");
    return run();
  });
}

void add_load_options(CLI::App& command, nn::LoadOptions& options) {
  command.add_flag("--allow-nonfinite", options.allow_nonfinite,
                   "Accept weights that are NaN or infinite");
  command.add_flag("--allow-extra", options.allow_extra,
                   "Read past tensors that the model does not have");
  options.notice = notice;
}

Image read_picture(const std::string& path, const nn::Model& model, bool resize) {
  const Index height = model.input_shape[1], width = model.input_shape[2];
  const Image image =
      read_png(path, model.input_shape[0], [&](Index found_width, Index found_height) {
        if (resize || (found_width == width && found_height == height)) return;
        throw FileError(text(path, ": ", model.name, " needs ", width, "x", height,
                             " pixels, the image has ", found_width, "x", found_height,
                             " (--resize resamples it)"));
      });
  if (image.height == height && image.width == width) return image;
  return viz::resize(image, width, height);
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string percent(double share) { return formatted("%.1f %%", 100 * share); }

}  // namespace glass::inline GLASS_PRECISION::viz::cli
