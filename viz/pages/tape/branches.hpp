#pragma once

#include "viz/pages/tape/layout.hpp"

/// Which of the operations on a tape are a network's way from the image to the loss, and where those go
/// that lie beside it.
namespace glass::viz {

/// What an operation is to the network.
enum class Part {
  way,     ///< on the longest way through the layers, before or behind them
  branch,  ///< of a layer, on a shorter way
  beside   ///< of no layer: a regulariser
};
std::vector<Part> parts_of(const Trace& trace);  ///< for each entry; leaves are beside

/// Adds the operations of the branches, whose numbers are in order, to the places of lane 0: each in the
/// first row behind all that it reads, and in the leftmost lane that is free from there to where it is
/// read. -> the number of the last lane.
int place_branches(const Trace& trace, const std::vector<std::size_t>& branches,
                   std::vector<Place>& places);

}  // namespace glass::viz
