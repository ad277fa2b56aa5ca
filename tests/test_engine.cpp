#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>
#include <thread>

#include "autograd/kernels.hpp"
#include "autograd/node.hpp"
#include "autograd/ops.hpp"
#include "autograd/storage_pool.hpp"
#include "tensors.hpp"

using namespace glass;
using testing::trainable;

TEST_CASE("gradients of a tensor that is used twice add up") {
  const Tensor a = trainable(3);
  const Tensor b = a + a, c = b + b;
  c.backward();
  CHECK(a.grad().item() == 4);

  const Tensor x = trainable(2);
  const Tensor y = x * x;      // 4
  (y * y + y * x).backward();  // x^4 + x^3
  CHECK(x.grad().item() == 4 * 8 + 3 * 4);
}

TEST_CASE("a ladder of diamonds is walked once a node, not once a path") {
  const Tensor x = trainable(1);
  Tensor y = x;
  for (int i = 0; i < 60; ++i) y = 0.5 * (y + y);  // 2^60 paths
  y.backward();
  CHECK(x.grad().item() == 1);
}

TEST_CASE("leaf gradients accumulate over backward calls until zero_grad") {
  const Tensor x = trainable(5);
  square(x).backward();
  square(x).backward();
  CHECK(x.grad().item() == 20);
  x.zero_grad();
  CHECK_FALSE(x.has_grad());
  CHECK_THROWS_AS(x.grad(), GraphError);
}

TEST_CASE("each leaf owns its gradient, even where an operation hands out one buffer twice") {
  const Tensor a = trainable(1), b = trainable(2);
  (a + b).backward();
  a.grad().mutable_data()[0] = 7;
  CHECK(b.grad().item() == 1);
  const Tensor cotangent = Tensor::scalar(1);
  a.zero_grad();
  a.backward(cotangent);
  a.backward(cotangent);
  CHECK(cotangent.item() == 1);
  CHECK(a.grad().item() == 2);
}

TEST_CASE("a chain of a million nodes is walked and destroyed without recursion") {
  const std::size_t before = live_tensors();
  {
    const Tensor x = trainable(1);
    Tensor y = x;
    for (int i = 0; i < 1'000'000; ++i) y = y + 1;
    y.backward();
    CHECK(x.grad().item() == 1);
  }
  {
    Tensor y = trainable(1);
    for (int i = 0; i < 1'000'000; ++i) y = y + 1;  // never walked
  }
  CHECK(live_tensors() == before);
}

TEST_CASE("nothing stays alive after forward and backward") {
  const std::size_t tensors = live_tensors();
  const std::size_t buffers = storage_statistics().live_buffers;
  {
    Rng rng(1);
    const Tensor w = Tensor::randn({4, 6}, rng).requires_grad(true);
    const Tensor x = Tensor::randn({2, 6}, rng).requires_grad(true);
    cross_entropy(tanh(linear(x, w)), {0, 3}).backward();
    const Tensor abandoned = softmax(linear(x, w));
  }
  CHECK(live_tensors() == tensors);
  CHECK(storage_statistics().live_buffers == buffers);
}

TEST_CASE("backward frees the graph, and a second call says so") {
  const Tensor x = trainable(2);
  const Tensor y = square(x), z = y * 3;
  z.backward();
  CHECK_THROWS_WITH_AS(z.backward(), doctest::Contains("already released at mul_number"),
                       GraphError);
  CHECK_THROWS_WITH_AS((y + 1).backward(), doctest::Contains("already released at square"),
                       GraphError);
}

TEST_CASE("backward with nothing trainable names the likely cause") {
  const Tensor data = Tensor::scalar(1);
  CHECK_THROWS_WITH_AS(square(data).backward(), doctest::Contains("requires_grad(true)"),
                       GraphError);
  const Tensor x = trainable(1);
  Tensor y;
  {
    const NoGrad no_grad;
    y = square(x);
  }
  CHECK_THROWS_WITH_AS(y.backward(), doctest::Contains("NoGrad"), GraphError);
  CHECK_NOTHROW(square(x).backward());
}

TEST_CASE("requires_grad belongs to leaves") {
  Tensor x = trainable(1);
  Tensor y = square(x);
  CHECK(y.requires_grad());
  CHECK_FALSE(y.is_leaf());
  CHECK_THROWS_WITH_AS(y.requires_grad(false), doctest::Contains("output of square"), GraphError);
  x.requires_grad(false);
  CHECK_FALSE(square(x).requires_grad());
  CHECK(y.detach().is_leaf());
}

TEST_CASE("copies alias, clones do not") {
  const Tensor x = Tensor::scalar(1);
  const Tensor alias = x, copy = x.clone();
  x.mutable_data()[0] = 5;
  CHECK(alias.item() == 5);
  CHECK(x.detach().item() == 5);
  CHECK(copy.item() == 1);
  CHECK_THROWS_AS(Tensor().shape(), GraphError);
}

TEST_CASE("a cotangent must have the output's shape") {
  const Tensor x = Tensor::zeros({2, 2}).requires_grad(true);
  CHECK_THROWS_AS(square(x).backward(Tensor::zeros({4})), ShapeError);
}

TEST_CASE("what is frozen is not computed") {
  Rng rng(1);
  Tensor image = Tensor::randn({1, 2, 6, 6}, rng);
  Tensor kernel = Tensor::randn({3, 2, 3, 3}, rng), weight = Tensor::randn({4, 48}, rng);
  const auto loss = [&] { return sum(linear(flatten(conv2d(image, kernel)), weight)); };
  const auto calls = [] {
    const auto count = kernels::weight_gradient_calls();
    return std::pair(count.conv2d, count.linear);
  };

  image.requires_grad(true);
  const auto before = calls();
  loss().backward();
  CHECK(calls() == before);  // frozen weights: no weight gradient kernel ran
  CHECK(image.has_grad());
  CHECK_FALSE(kernel.has_grad());

  image.requires_grad(false).zero_grad();
  kernel.requires_grad(true);
  weight.requires_grad(true);
  loss().backward();
  CHECK(calls() == std::pair(before.first + 1, before.second + 1));
  CHECK(kernel.has_grad());
  CHECK_FALSE(image.has_grad());  // the image as data: no gradient reaches it
}

TEST_CASE("after its first step a loop allocates no storage") {
  Rng rng(1);
  const Tensor image = Tensor::randn({2, 1, 8, 8}, rng).requires_grad(true);
  const Tensor kernel = Tensor::randn({3, 1, 3, 3}, rng).requires_grad(true);
  const auto step = [&] {
    image.zero_grad();
    kernel.zero_grad();
    (sum(max_pool2d(relu(conv2d(image, kernel)))) + total_variation(image)).backward();
  };
  step();
  const std::size_t before = storage_statistics().system_allocations;
  for (int i = 0; i < 5; ++i) step();
  CHECK(storage_statistics().system_allocations == before);
}

TEST_CASE("a tensor of one value takes memory when it is looked at or written, once") {
  release_free_storage();
  const std::size_t before = storage_statistics().system_allocations;
  const Tensor twos = Tensor::full({1000, 7}, 2), same = twos, never = Tensor::zeros({1 << 28});
  CHECK(storage_statistics().system_allocations == before);
  CHECK(twos.size() == 7000);
  CHECK(never.size() == 1 << 28);
  twos.mutable_data()[1] = 5;
  CHECK(same.data() == twos.data());
  CHECK(same.data()[1] == 5);
  CHECK(same.data()[6999] == 2);
  CHECK(storage_statistics().system_allocations == before + 1);
}

TEST_CASE("a tensor without memory takes that of other values, one with memory takes a copy") {
  const auto values = [] {
    const Tensor ones = Tensor::full({1000, 7}, 1);
    ones.mutable_data()[1] = 5;
    return ones.storage();
  };
  const Tensor to = Tensor::zeros({1000, 7}), same = to;
  for (int round = 0; round < 2; ++round) {
    release_free_storage();
    Storage from = values();
    const real* before = to.storage().version() > 0 ? to.data() : from.data();
    const std::size_t allocations = storage_statistics().system_allocations;
    const std::uint64_t version = to.storage().version();
    to.storage().take_values(std::move(from));
    CHECK(storage_statistics().system_allocations == allocations);
    CHECK(to.storage().version() == version + 1);
    CHECK(same.data() == before);
    CHECK(same.data()[1] == 5);
    CHECK(same.data()[6999] == 1);
  }
}

TEST_CASE("values that somebody else holds are copied") {
  const Tensor from = Tensor::from({2}, {1, 2}), to = Tensor::zeros({2});
  to.storage().take_values(from.storage());
  to.mutable_data()[0] = 7;
  CHECK(from.data()[0] == 1);
  CHECK(to.data()[1] == 2);
}

TEST_CASE("a tensor of one value has it also where the pool gives it used memory") {
  const real* used = nullptr;
  {
    const Tensor before = Tensor::full({12'345}, 3);
    used = before.data();
  }
  const Tensor after = Tensor::full({12'345}, 4);
  CHECK(after.data() == used);
  CHECK(std::ranges::count(after.values(), real(4)) == 12'345);
}

TEST_CASE("threads that look at a tensor first, all at once, see the same memory") {
  const Tensor tensor = Tensor::full({1 << 16}, 3);
  std::vector<const real*> seen(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back([&, i] {
      const real* data = tensor.data();
      if (data[i] == 3) seen[i] = data;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const real* data : seen) CHECK(data == tensor.data());
}

TEST_CASE("shapes of rank five and of negative extent are refused") {
  CHECK_THROWS_AS(Tensor::zeros({1, 1, 1, 1, 1}), ShapeError);
  CHECK_THROWS_AS(Tensor::zeros({-1}), ShapeError);
  CHECK(Tensor::zeros({0, 3}).size() == 0);
  CHECK(Shape{2, 3}.str() == "[2,3]");
}

TEST_CASE("random numbers repeat for a seed and have the right moments") {
  Rng a(7), b(7), c(8);
  CHECK(a.bits() == b.bits());
  CHECK(a.bits() != c.bits());
  double sum = 0, squares = 0;
  for (int i = 0; i < 20000; ++i) {
    const double v = a.normal();
    sum += v;
    squares += v * v;
  }
  CHECK(std::abs(sum / 20000) < 0.03);
  CHECK(squares / 20000 == doctest::Approx(1).epsilon(0.05));
}

TEST_CASE("a tensor prints as its shape and its planes") {
  const auto printed = [](const Tensor& tensor) {
    std::ostringstream out;
    out << tensor;
    return out.str();
  };
  CHECK(printed(Tensor::scalar(0.5)) == "0.5");
  CHECK(printed(Tensor::from({3}, {1, -0.25, 1e6})) == "[3]\n      1  -0.25  1e+06");
  CHECK(printed(Tensor::from({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, -0.0})) ==
        "[2,2,2]\n  1  2\n  3  4\n\n  5  6\n  7  0");
  CHECK(printed(Tensor::zeros({0, 2})) == "[0,2]");
}
