#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "viz/maximise.hpp"
#include "viz/web/recipe.hpp"

namespace glass::viz::web {

/// A network that paints while somebody looks on and turns the knobs. What is asked of it, and what it
/// answers, is JSON, because a page asks; the names of settings are those of `viz maximise`.
///
/// How to paint, a "run":
///
///     {"objective": "logit:3",             as `Objective` reads it
///      "start": "noise",                   or "grey", or "picture"
///      "seed": 0,                          of the noise and of what each step sees
///      "settings": {"tv": 0.1, "lr": 1}}   where they are not those that the network recommends
///
/// Whatever cannot be is refused with an Error, one line that says what was expected and found.
class Painter {
 public:
  /// Reads a network. Throws as `nn::load_model`, and FileError if it is no classifier.
  explicit Painter(const std::string& description);

  /// Name, classes, layers with shapes, and all settings, as they are recommended.
  Json network() const;

  /// From the beginning; `images()` is the start, of which `picture`[1,C,H,W] in [0, 1] is one kind.
  /// -> {"pictures", "labels", "of_class"}
  Json begin(const Json& run, const Tensor& picture = {});
  /// The running one: its settings count from the next step on. Objective, start and seed have to be
  /// those that it began with.
  void change(const Json& run);
  /// Some steps. With `record`, the last one leaves its tape. -> {"step", "steps", "objective", mean
  /// over the pictures, as the last step saw them; "variation", see
  /// `mean_variation`; "probability" of each picture's class; "moved", by how much a pixel did per
  /// step, on average}
  Json advance(int steps, bool record);
  const Tensor& images() const { return running().images(); }  ///< [N,C,H,W], of the last step

  /// What drove the last step that was recorded, beside a step of training on the same picture, by a
  /// copy of the network: both drawn, and where each sent its gradient. -> {"tapes": [{"mode",
  /// "title", "width", "height", "svg", "image": norm or null, "weights": norm or null,
  /// "trainable": how many numbers}], "step"}
  Json tapes();
  /// One operation of a tape that `tapes` drew last, by its number there, see `operation_json`.
  Json operation(const std::string& mode, std::size_t place) const;
  /// Of all weights: the same as long as nothing touches them.
  std::string digest() const;

  /// What was painted, as `viz maximise` paints it where the network's description is called `path`: settings
  /// that were changed on the way with their steps. -> {"command", to copy into a shell, of the whole run
  /// before its first step; "name" of the picture}. Throws Error if the run began at what the command cannot.
  Json command(const std::string& path) const;
  /// The PNG that this command writes, byte by byte, its manifest included. Throws Error as `command`, and
  /// before the first step.
  std::string png(const std::string& path) const;

  nn::Model& model() { return *model_; }  ///< frozen, and in evaluation mode
  /// The output of a layer for the first picture, as [K,H,W]; K of [K,1,1] for a layer without places.
  Tensor output(Index layer) const;

 private:
  Maximisation& running() const;  ///< throws ShapeError before the first `begin`
  MaximiseOptions options(const Json& run) const;
  Recipe recipe(const std::string& path) const;
  double setting(const Json& run, const std::string& name, double otherwise) const;

  std::string path_;
  std::unique_ptr<nn::Model> model_;     ///< in one place, whoever moves the painter
  std::unique_ptr<nn::Model> training_;  ///< its copy, once a tape was asked for
  std::unique_ptr<Objective> objective_;
  std::unique_ptr<Maximisation> run_;
  Json began_;                             ///< the run as it was asked for
  std::vector<Change> changes_;            ///< since its first step
  std::shared_ptr<const Trace> trace_;     ///< of the last step that was recorded
  std::shared_ptr<const Trace> drawn_[2];  ///< training and maximisation, as last drawn
  int trace_step_ = 0;
};

}  // namespace glass::viz::web
