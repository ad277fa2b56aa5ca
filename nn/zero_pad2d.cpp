#include "nn/zero_pad2d.hpp"

#include <algorithm>

namespace glass::nn {

ZeroPad2d::ZeroPad2d(const ZeroPad2dArguments& arguments) : arguments_(arguments) {
  const auto& sides = arguments.padding;
  require((sides.size() == 1 || sides.size() == 4) &&
              std::ranges::all_of(sides, [](Index side) { return side >= 0; }),
          "ZeroPad2d: padding must be one number or left, right, top and bottom, none of them "
          "negative, got ",
          tuple_text(sides));
  const auto side = [&](std::size_t i) { return sides[sides.size() == 1 ? 0 : i]; };
  padding_ = {.top = side(2), .bottom = side(3), .left = side(0), .right = side(1)};
}

Shape ZeroPad2d::output_shape(const Shape& input) const {
  require(input.rank() == 4, "ZeroPad2d: expected an input [N,C,H,W], got ", input);
  const auto& [top, bottom, left, right] = padding_;
  return {input[0], input[1], input[2] + top + bottom, input[3] + left + right};
}

}  // namespace glass::nn
