#pragma once

#include <array>
#include <optional>
#include <vector>

#include "autograd/trace.hpp"

namespace glass::viz {

/// An operation of the first tape, one of the second, or both side by side.
struct Row {
  std::array<std::optional<std::size_t>, 2> entries;
  bool same = false;  ///< both do the same for the same layer
};

/// The operations of one tape, or of two, in order. Where both do the same for the same layer they
/// share a row: as often as possible (a longest common subsequence). What lies between such rows
/// ends together.
std::vector<Row> align(const Trace& first, const Trace* second);

/// Where a drawing places an operation. Lane 0 leads from the image through the layers to the loss, and
/// where the network branches, on the longest way. The other ways lie beside it, in lanes 1 to
/// `branches`; what does not pass through a layer, such as a regulariser, is in the lane after these.
struct Place {
  std::size_t entry;
  int lane, row;
};

struct Layout {
  int rows = 0, branches = 0;               ///< how many, in all columns
  std::vector<std::vector<Place>> columns;  ///< one per tape
  std::vector<int> same_rows;               ///< of lane 0
};

Layout lay_out(const Trace& first, const Trace* second);

}  // namespace glass::viz
