#include "viz/cli/watch.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include "autograd/node.hpp"
#include "autograd/table.hpp"
#include "viz/pages/tape/landmarks.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

using namespace std::chrono_literals;

/// In characters.
struct Size {
  Index columns, rows;
};

Size terminal_size() {
  winsize size{};
  ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
  const auto known = [](int told, const char* variable, int usual) {
    const char* word = std::getenv(variable);
    if (told == 0 && word) told = std::atoi(word);
    return told > 0 ? told : usual;
  };
  return {known(size.ws_col, "COLUMNS", 80), known(size.ws_row, "LINES", 24)};
}

std::optional<Palette> palette_of_standard_error() {
  if (!isatty(STDERR_FILENO)) return std::nullopt;
  std::map<std::string, std::string> environment;
  for (const char* name : {"NO_COLOR", "COLORTERM", "TERM"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  return palette_of(environment);
}

/// The gradient at one place on the way from the loss to the image.
struct Slope {
  std::string place;  ///< a layer, for its output, or what is trained
  double norm;
  bool has_weights;
};

/// From the image on.
std::vector<Slope> slopes(const Trace& trace) {
  const auto is_weight = [&](const Trace::Input& input) {
    return trace.entries()[input.entry].role == Trace::Role::weight;
  };
  std::vector<Slope> all;
  for (const Trace::Entry* landmark : landmarks(trace)) {
    if (landmark->gradient != Trace::Gradient::computed) continue;
    all.push_back({place_of(*landmark), mean(norms(landmark->grad)),
                   landmark->is_leaf() || std::ranges::any_of(landmark->inputs, is_weight)});
  }
  return all;
}

/// Four characters for each power of ten from 1e-3, which is nothing, to 10.
std::string bar(double norm, Palette palette) {
  const double length = norm > 0 ? std::clamp(4 * (std::log10(norm) + 3), 0.0, 16.0) : 0;
  std::string blocks;
  for (long i = std::lround(length); i > 0; --i) blocks += palette == Palette::ascii ? "#" : "▆";
  return blocks;
}

/// As many of images[N,C,H,W] as fit, row by row; made smaller if not even one does.
std::vector<std::string> picture_lines(const Tensor& images, Palette palette, Size size) {
  const Image first = to_image(images, 0);
  const Index N = images.shape()[0], H = first.height, W = first.width;
  const double scale = std::min(static_cast<double>(size.columns) / static_cast<double>(W),
                                static_cast<double>(2 * size.rows) / static_cast<double>(H));
  const auto scaled = [&](Index length) {
    if (scale >= 1) return length;
    return std::max<Index>(1, static_cast<Index>(scale * static_cast<double>(length)));
  };
  const Index width = scaled(W), height = scaled(H);
  const Index across = (size.columns + 1) / (width + 1),
              down = (size.rows + 1) / ((height + 1) / 2 + 1), count = std::min(N, across * down);
  std::vector<std::string> all;
  std::size_t top = 0;
  for (Index n = 0; n < count; ++n) {
    if (n % across == 0) top = all.empty() ? 0 : all.size() + 1;
    const Image image = to_image(images, n);
    const auto lines = terminal_lines(scale < 1 ? resize(image, width, height) : image, palette);
    all.resize(top + lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
      all[top + i] += (n % across == 0 ? "" : " ") + lines[i];
    }
  }
  return all;
}

/// Pictures to the left, gradients to the right. Where these do not all fit, those of the layers
/// without weights go; where there are no columns for them, all.
std::string body(const Tensor& images, std::vector<Slope> gradients, Palette palette, Size size) {
  const auto fits = [&] { return static_cast<Index>(gradients.size()) <= size.rows; };
  if (!fits()) std::erase_if(gradients, [](const Slope& slope) { return !slope.has_weights; });
  if (!fits()) gradients.resize(static_cast<std::size_t>(size.rows));
  std::vector<std::vector<std::string>> table;
  std::size_t longest = 0;
  for (const auto& [place, norm, _] : gradients) {
    table.push_back({place, formatted("%#.2g", norm), bar(norm, palette)});
    longest = std::max(longest, place.size());
  }
  const Index table_width = static_cast<Index>(longest) + 2 + 7 + 2 + 16;
  if (size.columns - table_width - 2 < 16) {
    table.clear();
  } else {
    size.columns -= table_width + 2;
  }
  const std::vector<std::string> pictures = picture_lines(images, palette, size);
  table.resize(std::max(table.size(), pictures.size()));
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i].insert(table[i].begin(), i < pictures.size() ? pictures[i] : "");
  }
  return aligned(table);
}

}  // namespace

Watch::Watch(const nn::Model& model, const Objective& objective, const Painting& painting)
    : model_(model),
      objective_(objective),
      painting_(painting),
      palette_(palette_of_standard_error()) {
  if (palette_) hidden_cursor_.emplace();
}

std::string Watch::status(int run, const MaximiseStep& step) const {
  const Index N = step.image.shape()[0];
  std::string line =
      painting_.restarts > 1 ? text("run ", run + 1, '/', painting_.restarts, "  ") : "";
  line += text("step ", step.step, '/', step.steps, "  objective ",
               formatted("%.3g", step.objective / static_cast<double>(N)));
  if (objective_.of_class()) {
    const NoGrad no_grad;
    const Tensor p = objective_.probability(model_, step.image);
    line += "  probability " + percent(mean({p.values().begin(), p.values().end()}));
  }
  line += "  TV " + formatted("%.3f", mean(mean_variation(step.image)));
  return N > 1 ? line + text("  means of ", N) : line;
}

void Watch::show(int run, const MaximiseStep& step) {
  const int last = painting_.options.last_step();
  const bool ends = step.step == last || interrupted();
  if (!palette_) {
    if (!ends && 10 * step.step / last == 10 * (step.step - 1) / last) return;
    std::string line = status(run, step) + "  |gradient|";
    for (const auto& [place, norm, _] : slopes(*step.trace)) {
      line += ' ' + place + ' ' + formatted("%#.2g", norm);
    }
    std::cerr << line + '\n';
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!ends && now - drawn_ < 50ms) return;
  drawn_ = now;
  const Size size = terminal_size();
  // A line for the status, and one below the frame for the cursor.
  const Size rest{size.columns, std::max<Index>(1, size.rows - 2)};
  draw(status(run, step).substr(0, static_cast<std::size_t>(size.columns)) + '\n' +
       body(step.image, slopes(*step.trace), *palette_, rest));
}

void Watch::draw(const std::string& frame) {
  std::string all = lines_ > 0 ? text("\r\x1b[", lines_, 'A') : "\r";
  for (const char c : frame) {
    if (c == '\n') all += "\x1b[K";
    all += c;
  }
  std::cerr << all + "\x1b[J";
  lines_ = std::ranges::count(frame, '\n');
}

}  // namespace glass::viz::cli
