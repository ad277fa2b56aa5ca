#include "autograd/node.hpp"
#include "autograd/ops.hpp"

namespace glass {

namespace {

/// The entries of an axis that window `i` of `windows` has: those from `begin` to before `end`.
struct Stretch {
  Index begin, end;
  Stretch(Index i, Index windows, Index size)
      : begin(i * size / windows), end(((i + 1) * size + windows - 1) / windows) {}
};

/// Calls `visit(y_offset, x_offset, share)` for every pixel under every window, window by window: of
/// its window, each pixel is the same share.
template <class Visit>
void for_each_pixel(const Shape& x, const Shape& y, Visit visit) {
  for (Index plane = 0; plane < x[0] * x[1]; ++plane)
    for (Index p = 0; p < y[2]; ++p)
      for (Index q = 0; q < y[3]; ++q) {
        const Stretch rows(p, y[2], x[2]), columns(q, y[3], x[3]);
        const auto share =
            real(1) / static_cast<real>((rows.end - rows.begin) * (columns.end - columns.begin));
        for (Index h = rows.begin; h < rows.end; ++h)
          for (Index w = columns.begin; w < columns.end; ++w)
            visit((plane * y[2] + p) * y[3] + q, (plane * x[2] + h) * x[3] + w, share);
      }
}

Shape pooled_shape(const char* operation, const Shape& x, Size2 size) {
  require(x.rank() == 4 && x[2] > 0 && x[3] > 0, operation,
          ": x must be [N,C,H,W] and have pixels, got ", x);
  require(size.h > 0 && size.w > 0, operation, ": size must be positive, got ", size);
  return {x[0], x[1], size.h, size.w};
}

/// Whether windows of equal size tile the image, which the ordinary poolings do as well and faster.
bool tiles(const Shape& x, Size2 size) { return x[2] % size.h == 0 && x[3] % size.w == 0; }

}  // namespace

///     y[n,c,p,q] = the mean of x[n,c,h,w] over the rows and columns of window (p,q)
///     dx[n,c,h,w] = dy / pixels of the window, from each that it lies under
struct AdaptiveAvgPool2dNode final : Node {
  const char* name() const override { return "adaptive_avg_pool2d"; }
  Grads backward(const Storage& dy) const override {
    const Storage dx = Storage::zeros(inputs[0].shape.size());
    real* to = dx.mutable_data();
    for_each_pixel(inputs[0].shape, shape, [to, d = dy.data()](Index yi, Index xi, real share) {
      to[xi] += share * d[yi];
    });
    return {dx};
  }
};

Tensor adaptive_avg_pool2d(const Tensor& x, Size2 size) {
  const Shape shape = pooled_shape("adaptive_avg_pool2d", x.shape(), size);
  if (tiles(x.shape(), size)) {
    return avg_pool2d(x, {.kernel = {x.shape()[2] / size.h, x.shape()[3] / size.w}});
  }
  Tensor y = Tensor::zeros(shape);
  real* to = y.mutable_data();
  for_each_pixel(x.shape(), shape, [to, from = x.data()](Index yi, Index xi, real share) {
    to[yi] += share * from[xi];
  });
  record<AdaptiveAvgPool2dNode>(y, {x});
  return y;
}

///     y[n,c,p,q] = the largest x[n,c,h,w] in the rows and columns of window (p,q)
///     dx[n,c,h,w] = dy from each window whose largest it is; of equal ones the first, of NaN none
struct AdaptiveMaxPool2dNode final : Node {
  Saved x{this, "x"}, y{this, "y"};

  const char* name() const override { return "adaptive_max_pool2d"; }
  Grads backward(const Storage& dy) const override {
    const Storage dx = Storage::zeros(inputs[0].shape.size());
    const real *d = dy.data(), *values = x.data(), *largest = y.data();
    real* to = dx.mutable_data();
    Index served = -1;  // the last window whose winner was found
    for_each_pixel(inputs[0].shape, shape, [&](Index yi, Index xi, real) {
      if (yi == served || values[xi] != largest[yi]) return;
      to[xi] += d[yi];
      served = yi;
    });
    return {dx};
  }
};

Tensor adaptive_max_pool2d(const Tensor& x, Size2 size) {
  const Shape shape = pooled_shape("adaptive_max_pool2d", x.shape(), size);
  if (tiles(x.shape(), size)) {
    return max_pool2d(x, {.kernel = {x.shape()[2] / size.h, x.shape()[3] / size.w}});
  }
  Tensor y = Tensor::empty(shape);
  const real* from = x.data();
  real* to = y.mutable_data();
  Index begun = -1;  // the last window of which a pixel was seen
  for_each_pixel(x.shape(), shape, [&](Index yi, Index xi, real) {
    if (yi != begun || from[xi] > to[yi] || from[xi] != from[xi]) to[yi] = from[xi];
    begun = yi;
  });
  if (auto node = record<AdaptiveMaxPool2dNode>(y, {x})) {
    node->x = x.storage();
    node->y = y.storage();
  }
  return y;
}

}  // namespace glass
