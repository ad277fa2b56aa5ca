#include "weights/progress.hpp"

#include <cstdio>

namespace glass::training {

double ImagesSeen::share() const {
  const Index left = (epochs - epoch + 1) * images_per_epoch - images;
  const auto done = static_cast<double>(images_this_session);
  return done / (done + static_cast<double>(left));
}

std::string progress_bar(const ImagesSeen& seen) {
  constexpr Index width = 24;
  const Index full = width * seen.images / seen.images_per_epoch;
  std::string bar(static_cast<std::size_t>(full), '#');
  bar.resize(static_cast<std::size_t>(width), '.');

  const double rate = static_cast<double>(seen.images_this_session) / seen.seconds;
  char line[128];
  std::snprintf(line, sizeof line, "epoch %d/%d [%s] %.0f images/s", seen.epoch, seen.epochs,
                bar.c_str(), rate);
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
