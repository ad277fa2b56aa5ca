#include "viz/cli/progress.hpp"

#include <unistd.h>

#include <cmath>
#include <iostream>

#include "autograd/table.hpp"
#include "nn/printable.hpp"
#include "viz/cli/program.hpp"

namespace glass::viz::cli {

std::string time_left(double seconds, double share) {
  constexpr double too_early = 2;
  if (seconds < too_early || share <= 0) return "";
  const double left = std::ceil(seconds * (1 - share) / share);
  if (left >= 360'000) return "  days left";
  const long s = std::lround(left);
  const std::string minutes =
      formatted(s < 3600 ? "%.0f:" : "%02.0f:", static_cast<double>(s / 60 % 60));
  return (s < 3600 ? "  " : text("  ", s / 3600, ':')) + minutes +
         formatted("%02.0f left", static_cast<double>(s % 60));
}

bool is_terminal() {
  static const bool answer = isatty(STDERR_FILENO) != 0;
  return answer;
}

void Progress::begin(Index i, const std::string& title) {
  part_ = i;
  title_ = title.empty() ? "" : title + "  ";
}

void Progress::show(const std::string& words, double share, double seconds) {
  const double of_all = (static_cast<double>(part_) + share) / static_cast<double>(parts_);
  const std::string line = title_ + words + time_left(seconds, of_all);
  if (terminal_) {
    shown_ = true;
    std::cerr << "\r\x1b[K" << nn::printable(line, nn::whole_text) << std::flush;
  } else if (seconds >= next_) {
    next_ = 1.5 * seconds;
    notice(line);
  }
}

void Progress::clear() {
  if (shown_) std::cerr << "\r\x1b[K" << std::flush;
  shown_ = false;
}

}  // namespace glass::viz::cli
