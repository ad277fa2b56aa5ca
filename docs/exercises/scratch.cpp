#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>

#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/statistics.hpp"
#include "autograd/storage_pool.hpp"
#include "autograd/trace.hpp"
#include "nn/io/model_file.hpp"
#include "nn/layers.hpp"
#include "optim/adam.hpp"
#include "optim/schedule.hpp"
#include "optim/sgd.hpp"
#include "viz/invert.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/png.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"
#include "viz/start.hpp"

using namespace glass;

/// A place to try things: put a fragment of the course, or what you like, between the braces.
int main() {
  const Tensor x = Tensor::from({3}, {1, 2, 3}).requires_grad(true);
  sum(square(x)).backward();
  std::cout << x.grad() << '\n';
}
