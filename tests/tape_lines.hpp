#pragma once

#include <doctest/doctest.h>

#include "viz/pages/tape/routes.hpp"

/// No line of a tape's only column passes through a box. -> how many operations read the image.
inline int check_lines(const glass::Trace& tape) {
  using namespace glass;
  const viz::Layout layout = viz::lay_out(tape, nullptr);
  const std::vector<viz::Place>& places = layout.columns[0];
  viz::Routes routes(tape, layout, 0, 0);  // the image is the first leaf
  const auto crosses = [&](viz::Point a, viz::Point b, const viz::Place& box) {
    const double left = routes.left(box.lane), top = viz::row_top(box.row);
    return std::max(a.x, b.x) > left && std::min(a.x, b.x) < left + viz::box_width &&
           std::max(a.y, b.y) > top && std::min(a.y, b.y) < top + viz::box_height;
  };
  int readers = 0;
  for (const viz::Place& place : places) {
    for (const Trace::Input& input : tape.entries()[place.entry].inputs) {
      const bool is_image = input.entry == 0;
      if (tape.entries()[input.entry].is_leaf() && !is_image) continue;
      const auto down = routes.forward(input.entry, place),
                 up = routes.backward(input.entry, place);
      for (const auto& points : {down, up}) {
        for (std::size_t i = 1; i < points.size(); ++i) {
          for (const viz::Place& box : places) CHECK_FALSE(crosses(points[i - 1], points[i], box));
        }
      }
      if (!is_image) continue;
      ++readers;
      CHECK(down.front().y == viz::picture_bottom);
      CHECK(std::abs(down.front().x - viz::picture_left - viz::picture / 2) <= viz::picture / 2);
      CHECK(up.back().y == viz::picture_bottom);
      CHECK(std::abs(up.back().x - viz::gradient_left - viz::picture / 2) <= viz::picture / 2);
    }
  }
  return readers;
}
