#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "viz/pages/tape/layout.hpp"

namespace glass::viz {

namespace page {
extern const std::string_view drawing_css;
}

/// A tape and what to call it.
struct TapeView {
  std::string mode;   ///< "training" or "maximisation"
  std::string title;  ///< "Training: cross-entropy with 5"
  const Trace* trace;
};

/// One tape as SVG elements, from (0,0) to (width,height), styled by drawing.css. An operation is a
/// group of class "op", what leads to it one of class "reads", in that the gradients "back", and
/// both have the attribute data-entry.
struct ColumnDrawing {
  double width, height;
  std::string elements;
};
ColumnDrawing draw_column(const TapeView& view, const Layout& layout, std::size_t column);

}  // namespace glass::viz
