#pragma once

#include "autograd/loops.hpp"
#include "autograd/tensor.hpp"

/// What operations on tensors of different sizes share. An axis of size 1 fits every size: its one
/// entry is used again and again, and receives the sum of the gradients of all uses. Ranks must be
/// equal: with PyTorch's rule, by which missing axes are added in front, [N] - [N,1] is a matrix,
/// which nobody meant.
namespace glass {

/// The shape in which a and b meet. Throws ShapeError, naming `operation`, if they do not.
Shape broadcast(const char* operation, const Shape& a, const Shape& b);

/// Repeats x along every axis in which it has size 1 and `to` has not. The same buffer if there is no
/// such axis.
Storage expand(const Storage& x, const Shape& from, const Shape& to);

/// f(a, b) element by element, each repeated to the shape in which they meet. Throws as `broadcast`.
template <class F>
Tensor map_broadcast(const char* operation, const Tensor& a, const Tensor& b, F f) {
  if (a.shape() == b.shape()) return Tensor::wrap(a.shape(), map(a.storage(), b.storage(), f));
  const Shape y = broadcast(operation, a.shape(), b.shape());
  return Tensor::wrap(y,
                      map(expand(a.storage(), a.shape(), y), expand(b.storage(), b.shape(), y), f));
}

/// The gradient of `expand`: the sum of x over every axis in which `to` has size 1 and x has not. The
/// same buffer if there is no such axis.
Storage sum_to_size(const Storage& x, const Shape& from, const Shape& to);

/// [1,1,...], of this rank.
inline Shape ones(int rank) {
  Shape shape;
  while (shape.rank() < rank) shape.append(1);
  return shape;
}

/// The sum of x over every axis in which `kept` has size 1 and x has not, on the tape, as a tensor of
/// `shape`, which has as many elements as `kept`.
Tensor sum_into(const Tensor& x, const Shape& kept, const Shape& shape);

}  // namespace glass
