#include <iostream>

#include "autograd/gradcheck.hpp"
#include "autograd/ops.hpp"

using namespace glass;

namespace {

void report(const char* name, const GradcheckResult& result) {
  std::cout << name << ": " << (result.ok ? "agrees" : result.message) << '\n';
}

}  // namespace

/// Compares the operations of operations.cpp with finite differences.
int main() {
  Rng rng(3);
  report("leaky_relu",
         gradcheck([](const std::vector<Tensor>& in) { return leaky_relu(in[0], 0.2); },
                   {Tensor::randn({3, 4}, rng)}));
  // Yours: avg_pool2d, unit_rows, and mse, which has two inputs.
}
