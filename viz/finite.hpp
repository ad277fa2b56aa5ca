#pragma once

#include <functional>
#include <span>
#include <string>

#include "autograd/trace.hpp"
#include "nn/model.hpp"

/// NaN and infinity mean nothing: no picture, probability or score is made of them. The sums are
/// checked where they come out of a network; only if they are not finite does anybody ask where that
/// began.
namespace glass::viz {

bool all_finite(std::initializer_list<Tensor> tensors);  ///< no element is NaN or infinite

/// "3 of 10 outputs of linear1 are infinite"; empty if all of `values` are finite.
std::string count_not_finite(std::span<const real> values, const std::string& what);

/// Where on a tape values first are not finite or, if all are, on the way back the gradients:
/// "16 of 16 outputs of batchnorm1 are NaN". Empty if all are finite.
std::string first_not_finite(const Trace& trace);

/// Throws FileError, one line that begins with the model's name and says where it began. `again`
/// computes once more what was not finite.
[[noreturn]] void refuse_not_finite(const nn::Model& model, const std::function<void()>& again,
                                    const std::string& when = "");

}  // namespace glass::viz
