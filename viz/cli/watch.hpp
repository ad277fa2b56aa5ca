#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "viz/cli/painting.hpp"
#include "viz/pictures/terminal.hpp"

namespace glass::viz::cli {

/// `--watch`: a painting as it appears, on standard error. In a terminal one frame is drawn over the
/// other: all pictures, several with what each is made for, and the norm of the gradient at the image
/// and at the output of each layer. Elsewhere, ten lines a run. Numbers are means over the pictures.
class Watch {
 public:
  /// Keeps references to all three.
  Watch(const nn::Model& model, const Objective& objective, const Painting& painting);

  /// Shows a recorded step of a run, counted from 0: in a terminal if the last frame was a while ago.
  void show(int run, const MaximiseStep& step);

 private:
  std::string status(int run, const MaximiseStep& step) const;
  void draw(const std::string& frame);

  const nn::Model& model_;
  const Objective& objective_;
  const Painting& painting_;
  std::optional<Palette> palette_;  ///< nothing: plain lines
  std::optional<HiddenCursor> hidden_cursor_;
  std::chrono::steady_clock::time_point drawn_;
  Index lines_ = 0;  ///< of the last frame
};

}  // namespace glass::viz::cli
