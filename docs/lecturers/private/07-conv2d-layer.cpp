#include "docs/lecturers/private/private.hpp"
#include "nn/conv2d.hpp"

using namespace glass;

namespace {

/// How many places a window has: counted, one after the other.
Index places(Index size, Index kernel, Index stride, Index padding) {
  Index count = 0;
  for (Index first = -padding; first + kernel <= size + padding; first += stride) ++count;
  return count;
}

}  // namespace

TEST_CASE("3 points: output shapes of layers of the lecturer's") {
  Rng rng = grade::seeded(7);
  for (int i = 0; i < 40; ++i) {
    const Size2 kernel{grade::between(rng, 1, 5), grade::between(rng, 1, 5)};
    const Size2 stride{grade::between(rng, 1, 4), grade::between(rng, 1, 4)};
    const Size2 padding{grade::between(rng, 0, 3), grade::between(rng, 0, 3)};
    const Index in = grade::between(rng, 1, 4), out = grade::between(rng, 5, 9),
                N = grade::between(rng, 2, 4);
    const Index H = grade::between(rng, 5, 20), W = grade::between(rng, 5, 20);
    const nn::Conv2d conv({.in_channels = in,
                           .out_channels = out,
                           .kernel_size = kernel,
                           .stride = stride,
                           .padding = padding});
    const Shape expected{N, out, places(H, kernel.h, stride.h, padding.h),
                         places(W, kernel.w, stride.w, padding.w)};
    const Shape found = conv.output_shape({N, in, H, W});
    if (found != expected) {
      FAIL(text("kernel ", kernel, ", stride ", stride, ", padding ", padding, ", input of ", H,
                "x", W, ": expected ", expected, ", found ", found));
    }
    const nn::Footprint footprint = conv.footprint({N, in, H, W});
    CHECK_MESSAGE((footprint.size == kernel && footprint.stride == stride),
                  text("kernel ", kernel, ", stride ", stride, ": found the footprint ",
                       footprint.size, " and its stride ", footprint.stride));
  }
}
