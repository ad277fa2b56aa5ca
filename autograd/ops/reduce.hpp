#pragma once

#include <vector>

#include "autograd/shape.hpp"

namespace glass {

/// What a reduction over `axes` makes of x's shape: those axes have size 1 if they are kept, else they
/// go. Throws ShapeError, naming `operation`, if x has no such axis.
Shape reduced_shape(const char* operation, const Shape& x, const std::vector<int>& axes, bool keep);

}  // namespace glass
