#pragma once

#include <memory>
#include <string>

#include "viz/parametrisation.hpp"

namespace glass::viz {

/// The coordinates with this name. All are linear and invertible, and change nothing about which images
/// there are, only which of them are near: an optimiser that moves every coordinate alike moves the
/// image most along the coordinates that weigh most.
///
///     pixel      the pixels themselves
///     fourier    the coefficients of the Hartley transform, each weighing 1 / frequency, as in
///                natural images: large shapes come first (Olah et al. 2017)
///
/// With `decorrelate`, colours are taken apart into the principal components of natural ones, which
/// weigh as much as they vary: mostly light and dark, less blue and yellow, least red and green. Throws
/// Error unless `name` is pixel or fourier; ShapeError if colours are to be decorrelated and C is not 3.
std::unique_ptr<Parametrisation> parametrised(const Tensor& start, const std::string& name,
                                              bool decorrelate);

}  // namespace glass::viz
