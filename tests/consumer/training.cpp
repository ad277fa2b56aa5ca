#include <iostream>

#include "nn/io/model_file.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/png.hpp"
#include "viz/start.hpp"
#include "weights/trainer.hpp"

/// Black and white squares: learns to tell them apart, and paints the white one as a PNG.
int main() {
  using namespace glass;
  data::Dataset data{.image_shape = {1, 28, 28}, .pixels = {}, .labels = {}};
  for (int i = 0; i < 64; ++i) {
    data.labels.push_back(static_cast<std::uint8_t>(i % 2));
    data.pixels.insert(data.pixels.end(), 28 * 28, i % 2 ? 255 : 0);
  }
  nn::Model model = nn::load_model(WEIGHTS_DIR "/tiny.json");
  training::Trainer trainer(model, data, {.epochs = 1, .batch = 8});
  training::EpochResult epoch;
  trainer.run_epoch(epoch);

  const viz::Objective white(model, "logit:1");
  const Tensor noise = viz::initial_noise(model, {1}, 0, 0.1);
  const viz::MaximiseResult result = viz::maximise(model, white, noise, {.steps = 8});
  const std::string png = viz::encode_png(viz::to_image(result.images, 0));
  std::cout << "loss " << epoch.loss << ", picture of " << png.size() << " bytes\n";
  return viz::decode_png(png, "memory", 1).width == 28 ? 0 : 1;
}
