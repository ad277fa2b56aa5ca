#pragma once

#include <optional>

#include "viz/pictures/image.hpp"

namespace glass::viz {

/// A digit that somebody wrote, as MNIST's networks know digits: white on black, one channel. The
/// picture may be a photograph of dark ink on light paper or of chalk on a blackboard, with uneven
/// light, shadows, ruled lines and a desk around the paper. The steps:
///
/// - ink is what is rarer, darker or lighter than its surroundings;
/// - each pixel is compared with the paper around it, so that the light no longer matters;
/// - a threshold parts ink from paper (Otsu 1979);
/// - specks go, and what comes in from the edge;
/// - the digit's longer side becomes 20 pixels of 28, its proportions stay, its strokes become about
///   as thick as MNIST's, and its centre of mass comes to the middle (LeCun et al. 1998, sec. III.A).
///
/// For other sizes than 28x28, 20/28 of the shorter side. Nothing if there is no ink.
///
/// LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition.
/// Proceedings of the IEEE 86 (1998). Otsu: A threshold selection method from gray-level histograms.
/// IEEE Transactions on Systems, Man, and Cybernetics 9 (1979).
std::optional<Image> fit_digit(const Image& picture, Index width, Index height);

/// Whether most of a picture is light and its ink dark: unlike MNIST's.
bool is_dark_on_light(const Image& picture);

/// The largest part of a picture, from its middle, that has the proportions of width x height,
/// resampled to that size.
Image fit_photo(const Image& picture, Index width, Index height);

}  // namespace glass::viz
