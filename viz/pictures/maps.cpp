#include "viz/pictures/maps.hpp"

#include <algorithm>
#include <cmath>

namespace glass::viz {

namespace {

/// How the elements of a tensor lie in a picture: `rows` x `columns` tiles of `height` x `width`.
struct Grid {
  Index rows, columns, height, width;
  Index tiles;    ///< that are drawn
  Index per_row;  ///< tiles in the tensor's own row; 0: they follow each other without rows
  Index gap;      ///< pixels between tiles
};

Index about_root(Index count) {
  return std::max<Index>(1, static_cast<Index>(std::ceil(std::sqrt(static_cast<double>(count)))));
}

Grid in_a_square(Index tiles, Index height, Index width, Index gap) {
  const Index columns = about_root(tiles);
  return {(tiles + columns - 1) / columns, columns, height, width, tiles, 0, gap};
}

Grid grid_for(const Shape& shape, Index most) {
  const Index first = shape.rank() > 0 ? shape[0] : 1, second = shape.rank() > 1 ? shape[1] : 1;
  if (shape.rank() == 4) {
    if (first == 1 || second == 1) {
      const Index tiles = std::min(first * second, most);
      const Index gap = tiles > 1 ? 1 : 0;
      return in_a_square(tiles, shape[2], shape[3], gap);
    }
    const Index rows = std::min(first, most), columns = std::min(second, most);
    return {rows, columns, shape[2], shape[3], rows * columns, second, 1};
  }
  if (shape.rank() == 2 && first > 1) {
    const Index rows = std::min(first, most), columns = std::min(second, most);
    return {rows, columns, 1, 1, rows * columns, second, 0};
  }
  return in_a_square(std::min(shape.size(), most * most), 1, 1, 0);
}

/// Calls f(x, y, offset of the element) for every element that is drawn.
template <class F>
void for_each_pixel(const Grid& grid, F f) {
  for (Index tile = 0; tile < grid.tiles; ++tile) {
    const Index row = tile / grid.columns, column = tile % grid.columns;
    const Index source = grid.per_row > 0 ? row * grid.per_row + column : tile;
    for (Index y = 0; y < grid.height; ++y)
      for (Index x = 0; x < grid.width; ++x) {
        f(column * (grid.width + grid.gap) + x, row * (grid.height + grid.gap) + y,
          (source * grid.height + y) * grid.width + x);
      }
  }
}

Image canvas(const Grid& grid, Index channels) {
  return Image(grid.columns * (grid.width + grid.gap) - grid.gap,
               grid.rows * (grid.height + grid.gap) - grid.gap, channels, paper);
}

double peak(const Tensor& tensor) {
  double largest = 0;
  for (const double v : tensor.values()) {
    if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
  }
  return largest > 0 ? largest : 1;
}

}  // namespace

Colour diverging(double value) {
  constexpr Colour red{178, 24, 43}, blue{33, 102, 172};
  const Colour& end = value > 0 ? red : blue;
  Colour colour = 255;
  for (std::size_t c = 0; c < 3; ++c) {
    colour.rgb[c] =
        static_cast<std::uint8_t>(std::lround(255 + std::abs(value) * (end.rgb[c] - 255.0)));
  }
  return colour;
}

Scale scale_for(const Tensor& tensor) {
  const bool negative = std::ranges::any_of(tensor.values(), [](real v) { return v < 0; });
  return negative ? Scale::diverging : Scale::light;
}

bool is_cropped(const Shape& shape, const MapOptions& options) {
  const Grid grid = grid_for(shape, options.most);
  return grid.tiles * grid.height * grid.width < shape.size();
}

Image draw_maps(const Tensor& tensor, Scale scale, const MapOptions& options) {
  const Grid grid = grid_for(tensor.shape(), options.most);
  const double largest = peak(tensor);
  Image image = canvas(grid, scale == Scale::light ? 1 : 3);
  for_each_pixel(grid, [&](Index x, Index y, Index i) {
    const double raw = tensor.data()[i];
    const double value = std::isfinite(raw) ? std::clamp(raw / largest, -1.0, 1.0) : 0;
    if (scale == Scale::light) {
      image.at(x, y) = static_cast<std::uint8_t>(std::lround(255 * std::max(value, 0.0)));
      return;
    }
    const Colour colour = diverging(value);
    for (Index c = 0; c < 3; ++c) image.at(x, y, c) = colour.rgb[static_cast<std::size_t>(c)];
  });
  return image;
}

Image draw_colour_kernels(const Tensor& weight) {
  const Shape& shape = weight.shape();
  require(shape.rank() == 4 && shape[1] == 3, "colour kernels: expects [K,3,R,S], got ", shape);
  const Grid grid = in_a_square(shape[0], shape[2], shape[3], 1);
  const double largest = peak(weight);
  const Index area = shape[2] * shape[3];
  Image image = canvas(grid, 3);
  for_each_pixel(grid, [&](Index x, Index y, Index i) {
    for (Index c = 0; c < 3; ++c) {
      const double value = weight.data()[(i / area * 3 + c) * area + i % area];
      image.at(x, y, c) = static_cast<std::uint8_t>(std::lround(127.5 + 127.5 * value / largest));
    }
  });
  return image;
}

}  // namespace glass::viz
