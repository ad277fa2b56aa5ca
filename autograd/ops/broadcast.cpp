#include "autograd/ops/broadcast.hpp"

#include "autograd/ops/axis.hpp"

namespace glass {

namespace {

/// x[before,1,after] -> [before,size,after]
Storage repeat_along(const Storage& x, const Axis& axis) {
  Storage y(axis.before * axis.size * axis.after);
  real* to = y.mutable_data();
  for (Index b = 0; b < axis.before; ++b)
    for (Index k = 0; k < axis.size; ++k)
      std::copy_n(x.data() + b * axis.after, axis.after, to + axis.offset(b, k, 0));
  return y;
}

/// x[before,size,after] -> [before,1,after]
Storage sum_along(const Storage& x, const Axis& axis) {
  Storage y(axis.before * axis.after);
  const real* from = x.data();
  real* to = y.mutable_data();
  for (Index b = 0; b < axis.before; ++b)
    for (Index a = 0; a < axis.after; ++a) {
      const auto value = [&](Index k) { return from[axis.offset(b, k, a)]; };
      *to++ = static_cast<real>(sum_over(0, axis.size, value));
    }
  return y;
}

}  // namespace

Shape broadcast(const char* operation, const Shape& a, const Shape& b) {
  Shape y = a;
  bool fit = a.rank() == b.rank();
  for (int axis = 0; fit && axis < a.rank(); ++axis) {
    fit = a[axis] == b[axis] || a[axis] == 1 || b[axis] == 1;
    if (a[axis] == 1) y = y.with(axis, b[axis]);
  }
  require(fit, operation, ": shapes differ, ", a, " and ", b,
          "; expected equal ranks, and sizes that are equal or 1");
  return y;
}

Storage expand(const Storage& x, const Shape& from, const Shape& to) {
  if (from == to) return x;
  if (from.size() == 1) return Tensor::full(to, *x.data()).storage();
  Storage y = x;
  Shape reached = from;
  for (int axis = to.rank() - 1; axis >= 0; --axis) {
    if (from[axis] == to[axis]) continue;
    reached = reached.with(axis, to[axis]);
    y = repeat_along(y, {"expand", reached, axis});
  }
  return y;
}

Storage sum_to_size(const Storage& x, const Shape& from, const Shape& to) {
  if (from == to) return x;
  if (to.size() == 1) {
    const real* value = x.data();
    const Storage total(1);
    *total.mutable_data() =
        static_cast<real>(sum_over(0, x.size(), [=](Index i) { return value[i]; }));
    return total;
  }
  Storage y = x;
  Shape reached = from;
  for (int axis = 0; axis < to.rank(); ++axis) {
    if (from[axis] == to[axis]) continue;
    y = sum_along(y, {"sum", reached, axis});
    reached = reached.with(axis, 1);
  }
  return y;
}

}  // namespace glass
