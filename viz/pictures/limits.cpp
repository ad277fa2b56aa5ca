#include "viz/pictures/limits.hpp"

#include "autograd/error.hpp"

namespace glass::viz {

void expect_readable_size(Index width, Index height, const std::string& path) {
  const auto fits = [](Index side) { return side > 0 && side <= max_picture_side; };
  expect(fits(width) && fits(height) && width * height <= max_picture_pixels, path,
         "expected an image of 1 to ", max_picture_side, " pixels a side and at most ",
         max_picture_pixels, " in all, found ", width, "x", height);
}

}  // namespace glass::viz
