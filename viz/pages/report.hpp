#pragma once

#include <string>
#include <utility>
#include <vector>

#include "viz/pictures/image.hpp"

namespace glass::viz {

/// What happened from step to step of a run, told by pictures and curves.
struct Report {
  /// How values are laid out between the bottom and the top of a panel.
  enum class Axis {
    linear,  ///< from the lowest to the highest
    log,     ///< the same, by their logarithms; values that are not positive leave a gap
    share,   ///< from 0 to 1, written as percentages
  };
  /// Where a value is not finite, the line has a gap.
  struct Curve {
    std::string label;           ///< of the line
    std::vector<double> values;  ///< one for each of the panel's `x`
  };
  /// Curves of one quantity.
  struct Panel {
    std::string title;           ///< above it
    std::string note = {};       ///< what exactly is measured
    Axis axis = Axis::linear;    ///< the vertical one
    bool ordered = false;        ///< the curves have an order, as layers do: one below the other
    std::vector<double> x = {};  ///< the steps of the values, rising
    std::vector<Curve> curves = {};  ///< each with as many values as `x`

    /// Appends a value to the curve with this label, a new one if there is none.
    void add(const std::string& label, double value);
  };
  /// An image and the line under it.
  struct Picture {
    std::string caption;  ///< one line
    Image image;          ///< of any size
  };
  /// As many pictures in every frame.
  struct Frame {
    double x = 0;                   ///< the step
    std::vector<Picture> pictures;  ///< side by side
  };

  std::string title, summary, verdict;                          ///< a line each
  std::vector<std::pair<std::string, std::string>> facts = {};  ///< a table: name, value
  std::string frames_title = {};                                ///< what the frames show
  std::vector<Frame> frames = {};                               ///< may be empty
  std::vector<Panel> panels = {};                               ///< in this order
  std::string manifest = {};  ///< JSON that says how to make the report again; may be empty
};

/// The report as a web page of one file. A slider goes through the steps of all panels and frames;
/// `#step=120` after the page's address opens it there. The page's data (see `page::data_of`) is an
/// object that report.js describes.
std::string to_html(const Report& report);

}  // namespace glass::viz
