#pragma once

#include "viz/cli/manifest.hpp"
#include "viz/cli/objective_words.hpp"
#include "viz/cli/picture.hpp"
#include "viz/cli/progress.hpp"
#include "viz/maximise.hpp"
#include "viz/tiles.hpp"

/// Activation maximisation as the command line asks for it: shared by the commands that do it.
namespace glass::viz::cli {

struct Painting {
  std::string classes, objective = "logit", init = "noise";
  double init_noise = 0.6;
  Index count = 1;
  int restarts = 1, threads = 0;
  double variety = 0;                     ///< see `objective_of`
  bool watch = false;                     ///< see Watch
  PictureOptions picture = {};            ///< how the picture that `init` names is read
  Tensor init_picture = {};               ///< it, [1,C,H,W], once `tuned` has read it
  std::vector<std::string> changes = {};  ///< --change, before `tuned` has read them
  MaximiseOptions options = {};
};

/// What is painted: --class, --objective and --count.
void add_objective_options(Command& command, Painting& painting);
/// --tv and --beta (of the `variation`), --l2, --alpha-norm and --alpha.
void add_regulariser_options(Command& command, Regulariser& regulariser, bool variation = true);
/// --change.
void add_changes(Command& command, Painting& painting);
/// How: everything else.
void add_painting_options(Command& command, Painting& painting, bool variation = true);

/// The same painting with what the size of the pictures and the model's description recommend, wherever
/// the command line leaves the choice, and with the picture that it begins with.
Painting tuned(const Command& command, const Painting& painting, const nn::Model& model);

/// The objective of a painting; with --variety also `variety` of what the layer of the logits reads, with 1.75
/// times that as its weight in the objective's unit. Throws UsageError; with --variety FileError as `saliency` does.
Objective objective_of(const Painting& painting, nn::Model& model);

/// Tells how much memory it takes to make so many pictures at once by the layers up to `last`, if that is
/// much. Throws IoError, with the `advice`, if this machine does not have it.
void expect_memory(const nn::Model& model, Index last, Index pictures, const std::string& advice);

/// Where the run with this seed begins: one image per picture.
Tensor initial_images(const Painting& painting, const nn::Model& model, const Objective& objective,
                      std::uint64_t seed);

struct Painted {
  MaximiseResult result;
  std::vector<double> probability;            ///< of each picture's class; empty if it has none
  std::string weights_before, weights_after;  ///< equal digests
};

/// Paints, and tells `progress`, or draws on standard error if it is to be watched. Pictures that no
/// gradient reached get a line there; if that is all of them, throws FileError with the cause.
/// Throws std::logic_error if the weights changed.
Painted paint(nn::Model& model, const Objective& objective, const Painting& painting,
              Progress& progress, const std::function<void(const MaximiseStep&)>& on_step = {});

/// Prints what the network says of each picture: its class's probability, and the objective.
void print_scores(const nn::Model& model, const Objective& objective, const Painted& painted);

/// --width: see `make_sheet`. 0 is what there was before it, of which manifests do not say anything.
void add_width(Command& command, int& width);

/// True if --init names a picture.
bool is_file(const std::string& init);
/// What comes last before the work: the starting picture goes into the manifest, the outputs are checked
/// (see `Manifest::will_write`), that of --seen among them, which is written, and Ctrl-C is caught.
void begin(Manifest& manifest, const Painting& painting, std::vector<OutputFile> outputs);
/// Adds to it what the options left open: an early end.
void describe(Manifest& manifest, const Painting& painting, const MaximiseResult& result);

}  // namespace glass::viz::cli
