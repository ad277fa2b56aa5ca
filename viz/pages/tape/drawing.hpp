#pragma once

#include <string>
#include <vector>

#include "viz/pages/tape/layout.hpp"

namespace glass::viz {

/// A tape and what to call it.
struct TapeView {
  std::string mode;   ///< "training" or "maximisation"
  std::string title;  ///< "Training: cross-entropy with 5"
  const Trace* trace;
};

/// One tape as SVG elements, from (0,0) to (width,height). An operation is a group of class "op", what
/// leads to it one of class "reads", in that the gradients "back", and both have the attribute
/// data-entry.
struct ColumnDrawing {
  double width, height;
  std::string elements;
};
ColumnDrawing draw_column(const TapeView& view, const Layout& layout, std::size_t column);

/// The style that the elements need, as CSS.
extern const char* const drawing_style;

/// One tape, or two side by side with what both do in one row, as an SVG file.
std::string to_svg(const std::string& title, const std::vector<TapeView>& views);

}  // namespace glass::viz
