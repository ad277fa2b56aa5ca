#pragma once

#include <cstdint>
#include <vector>

#include "nn/model.hpp"

namespace glass::viz {

/// The usual pixel of the data that the model was trained on, per channel: where runs begin and what
/// regularisers pull to. What the description tells of it (`usual`); or else the mean that it
/// normalises with, but where that is near black or white, the ground on which something is drawn:
/// black under white digits. If the normalisation says nothing of the data (none, or 0.5), black for
/// one channel, as digits have it, and grey for more.
std::vector<double> centre_of(const nn::Model& model);

/// Noise around the centre. Each picture has a key of its own (a class, say), and is the same
/// whether it is drawn alone or with others. -> [keys.size(),C,H,W] in [0, 1].
Tensor initial_noise(const nn::Model& model, const std::vector<Index>& keys, std::uint64_t seed,
                     double stddev);

}  // namespace glass::viz
