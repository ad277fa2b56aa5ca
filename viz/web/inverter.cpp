#include "viz/web/inverter.hpp"

#include <algorithm>

namespace glass::viz::web {

void Inverter::begin(const Tensor& picture, const Json& run) {
  if (!picture) throw Error("inversion: there is no picture");
  const Index layer = run.at("layer");
  require(layer >= 0 && layer < model_.layers.size(), "layer ", layer, ": there is no such layer");
  options_ = invert_options_for(model_.input_shape);
  options_.starts = std::min(options_.starts, 4);
  options_.steps = 256;
  options_.seed = run.at("seed");
  if (!run.at("regulariser")) options_.regulariser = {};
  run_ = std::make_unique<Inversion>(model_, layer, picture, options_);
}

Json Inverter::advance(int steps) {
  require(run_ != nullptr, "inversion: none has begun");
  for (int i = 0; i < steps && run_->steps() < options_.steps; ++i) run_->step();
  const InvertResult result = run_->result();
  image_ = result.image;
  return {{"step", result.steps},
          {"steps", options_.steps},
          {"relative_error", result.error},
          {"psnr", result.psnr}};
}

}  // namespace glass::viz::web
