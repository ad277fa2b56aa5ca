#pragma once

#include "viz/pictures/image.hpp"
#include "viz/pictures/text.hpp"

/// Pictures of what is inside a network: feature maps, kernels, gradients.
namespace glass::viz {

/// Red for 1, blue for -1, white for 0.
Colour diverging(double value);

/// How numbers become colours.
enum class Scale {
  light,  ///< from black for 0 to white for the largest value; for values that are never negative
  diverging,  ///< red positive, blue negative, white 0, full at the largest magnitude
};
/// `light` if no value is negative.
Scale scale_for(const Tensor& tensor);

/// Options of `draw_maps`.
struct MapOptions {
  Index most = 64;  ///< maps, rows or columns beyond this many are left out
};

/// All of a tensor in one picture, one pixel per element:
///
///     [1,C,H,W]   C maps of H x W, in a grid that is about as wide as high
///     [K,1,R,S]   K kernels of R x S, in such a grid
///     [K,C,R,S]   kernels in a matrix, one row for each output channel
///     [1,K], [K]  the elements row by row, about as wide as high
///     [K,C]       a matrix
///     []          one pixel
Image draw_maps(const Tensor& tensor, Scale scale, const MapOptions& options = {});

/// True if `draw_maps` leaves some of it out.
bool is_cropped(const Shape& shape, const MapOptions& options = {});

/// Kernels [K,3,R,S] of a layer that reads colours, K of them in a grid: grey is 0. Throws ShapeError
/// for another shape.
Image draw_colour_kernels(const Tensor& weight);

}  // namespace glass::viz
