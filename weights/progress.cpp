#include "weights/progress.hpp"

#include <cmath>
#include <cstdio>

namespace glass::training {

std::string progress_bar(const Progress& progress) {
  constexpr Index width = 24;
  const Index full = width * progress.images / progress.images_per_epoch;
  std::string bar(static_cast<std::size_t>(full), '#');
  bar.resize(static_cast<std::size_t>(width), '.');

  const double rate = static_cast<double>(progress.images_this_session) / progress.seconds;
  const Index left =
      (progress.epochs - progress.epoch + 1) * progress.images_per_epoch - progress.images;
  const long eta = std::lround(std::ceil(static_cast<double>(left) / rate));
  char line[128];
  std::snprintf(line, sizeof line, "epoch %d/%d [%s] %.0f images/s  ETA %ld:%02ld", progress.epoch,
                progress.epochs, bar.c_str(), rate, eta / 60, eta % 60);
  return line;
}

std::string epoch_line(const Trainer& trainer, const EpochResult& result,
                       const Evaluation& validation, const Evaluation& test, double seconds) {
  char line[160];
  std::snprintf(line, sizeof line,
                "epoch %d/%d  loss %.4f  accuracy: train %.2f %%  validation %.2f %%  "
                "test %.2f %%  %.1f s",
                trainer.epochs_done(), trainer.options().epochs, result.loss,
                100 * static_cast<double>(result.correct) / static_cast<double>(result.images),
                100 * validation.accuracy(), 100 * test.accuracy(), seconds);
  return line;
}

}  // namespace glass::training
