#pragma once

namespace glass::bench {

/// Prints the time of the three directions of a convolution as batch, image and channels grow, one
/// at a time, and marks with < what falls below half of the speed of a large matrix product.
void print_scale(double seconds);

}  // namespace glass::bench
