#pragma once

#include "viz/cli/film.hpp"
#include "viz/cli/painting.hpp"
#include "viz/pages/report.hpp"

namespace glass::viz::cli {

/// Follows one run of activation maximisation for `viz maximise --report`. The steps must be recorded
/// (`MaximiseOptions::record`); of a long run, about 500 of them are kept.
class MaximiseReport {
 public:
  /// Of many pictures, the first ten are shown. Keeps references.
  MaximiseReport(const nn::Model& model, const Objective& objective, const Painting& painting);

  void start(const Tensor& images);    ///< where the run begins
  void add(const MaximiseStep& step);  ///< after each step
  Report report(const Painted& painted) const;

 private:
  void look(int step, const Tensor& images);
  std::string label(std::size_t picture) const;
  std::vector<Report::Frame> frames() const;
  std::vector<std::pair<std::string, std::string>> facts(const Painted& painted) const;
  std::string verdict(const Painted& painted) const;

  const nn::Model& model_;
  const Objective& objective_;
  const Painting& painting_;
  Index pictures_;  ///< of the run, shown or not
  int every_;       ///< how many steps lie between two that are kept
  Film film_;
  std::vector<double> steps_;  ///< of the film
  Report::Panel regulariser_, gradient_, dead_;
};

}  // namespace glass::viz::cli
