#include "viz/cli/watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "autograd/table.hpp"
#include "nn/printable.hpp"
#include "viz/pages/tape/landmarks.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

using namespace std::chrono_literals;

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

/// Their names and norms as words.
std::string words(const std::vector<Slope>& gradients) {
  std::string line = "|gradient|";
  for (const auto& [place, norm, _] : gradients)
    line += ' ' + place + ' ' + formatted("%#.2g", norm);
  return line;
}

/// Pictures side by side and one below the other, and how large each is, in pixels: a character is one
/// pixel wide and two high.
struct Grid {
  Index across = 0, down = 0, width = 0, height = 0;
};

/// The grid in which `count` pictures are largest, but no larger than they are, each above `labels`
/// lines of text, two columns apart. If they are too many to be seen, it has room for fewer.
Grid grid_for(Index count, const Image& picture, Index labels, TerminalSize size) {
  constexpr Index narrowest = 5;
  const auto W = static_cast<double>(picture.width), H = static_cast<double>(picture.height);
  Grid best;
  for (; count > 0 && best.width < std::min(narrowest, picture.width); --count) {
    for (Index across = 1; across <= count; ++across) {
      const Index down = (count + across - 1) / across;
      const Index wide = (size.columns + 2) / across - 2, high = 2 * (size.rows / down - labels);
      const double scale =
          std::min({1.0, static_cast<double>(wide) / W, static_cast<double>(high) / H});
      const auto width = static_cast<Index>(scale * W), height = static_cast<Index>(scale * H);
      if (width >= std::max<Index>(1, best.width) && height > 0)
        best = {across, down, width, height};
    }
  }
  return best;
}

/// The first characters of a line in UTF-8.
std::string cut(const std::string& line, Index characters) {
  std::size_t end = 0;
  for (; end < line.size(); ++end) {
    const bool begins_one = (line[end] & 0xc0) != 0x80;
    if (begins_one && characters-- == 0) break;
  }
  return line.substr(0, end);
}

/// The pictures as rows of a table, below each its label if there are any.
std::vector<std::vector<std::string>> picture_rows(const std::vector<Image>& pictures,
                                                   const std::vector<std::string>& labels,
                                                   const Grid& grid, Palette palette) {
  const auto across = static_cast<std::size_t>(grid.across);
  const std::size_t shown = std::min(pictures.size(), across * static_cast<std::size_t>(grid.down));
  std::vector<std::vector<std::string>> rows;
  std::size_t top = 0;
  for (std::size_t n = 0; n < shown; ++n) {
    if (n % across == 0) top = rows.size();
    const bool small = grid.width < pictures[n].width;
    std::vector<std::string> lines =
        terminal_lines(small ? resize(pictures[n], grid.width, grid.height) : pictures[n], palette);
    if (!labels.empty()) lines.push_back(cut(labels[n], grid.width));
    rows.resize(top + lines.size(), std::vector<std::string>(across));
    for (std::size_t i = 0; i < lines.size(); ++i) rows[top + i][n % across] = lines[i];
  }
  return rows;
}

/// All pictures, and the gradients to the right of them. Where these do not all fit, those of the
/// layers without weights go; where they would make the pictures small, they are a line of words.
std::string body(const std::vector<Image>& pictures, const std::vector<std::string>& labels,
                 std::vector<Slope> gradients, Palette palette, TerminalSize size) {
  constexpr Index large_enough = 16;
  const Image& first = pictures.front();
  const Index count = static_cast<Index>(pictures.size()), label_lines = labels.empty() ? 0 : 1;
  const std::string in_words = cut(words(gradients), size.columns) + '\n';
  const auto fits = [&] { return static_cast<Index>(gradients.size()) <= size.rows; };
  if (!fits()) std::erase_if(gradients, [](const Slope& slope) { return !slope.has_weights; });
  if (!fits()) gradients.resize(static_cast<std::size_t>(size.rows));
  std::size_t longest = 0;
  for (const Slope& slope : gradients) longest = std::max(longest, slope.place.size());
  const Index table_width = static_cast<Index>(longest) + 2 + 7 + 2 + 16;

  Grid grid = grid_for(count, first, label_lines, {size.columns - table_width - 2, size.rows});
  if (grid.width < std::min(large_enough, first.width) || grid.across * grid.down < count) {
    grid = grid_for(count, first, label_lines, {size.columns, size.rows - 1});
    return aligned(picture_rows(pictures, labels, grid, palette)) + in_words;
  }
  auto rows = picture_rows(pictures, labels, grid, palette);
  rows.resize(std::max(rows.size(), gradients.size()),
              std::vector<std::string>(static_cast<std::size_t>(grid.across)));
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const auto& [place, norm, _] = gradients[i];
    for (const std::string& cell : {place, formatted("%#.2g", norm), bar(norm, palette)}) {
      rows[i].push_back(cell);
    }
  }
  return aligned(rows);
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
    line += "  probability " + percent(mean(doubles(p)));
  }
  line += "  TV " + formatted("%.3f", mean(mean_variation(step.image)));
  return N > 1 ? line + text("  means of ", N) : line;
}

void Watch::show(int run, const MaximiseStep& step) {
  const int last = painting_.options.last_step();
  const bool ends = step.step == last || interrupted();
  if (!palette_) {
    if (!ends && 10 * step.step / last == 10 * (step.step - 1) / last) return;
    std::cerr << status(run, step) + "  " + words(slopes(*step.trace)) + '\n';
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!ends && now - drawn_ < 50ms) return;
  drawn_ = now;
  const TerminalSize size = terminal_size(STDERR_FILENO);
  // A line for the status, and one below the frame for the cursor.
  const TerminalSize rest{size.columns, std::max<Index>(1, size.rows - 2)};
  std::vector<Image> pictures;
  std::vector<std::string> labels;
  for (Index n = 0; n < step.image.shape()[0]; ++n) {
    pictures.push_back(to_image(step.image, n));
    if (objective_.pictures() > 1) labels.push_back(nn::printable(objective_.label(model_, n)));
  }
  draw(cut(status(run, step), size.columns) + '\n' +
       body(pictures, labels, slopes(*step.trace), *palette_, rest));
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
