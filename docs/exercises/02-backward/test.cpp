#include "autograd/gradcheck.hpp"
#include "autograd/node.hpp"
#include "docs/exercises/grade.hpp"

using namespace glass;

namespace {

Tensor trainable(double value) { return Tensor::scalar(value).requires_grad(true); }

/// Hands its gradient on, and remembers what it was given. `elements` are what it returns.
struct Witness final : Node {
  std::vector<double> received;
  Saved kept{this, "kept"};
  Index elements = 1;

  Witness() { kept = Storage::zeros(1); }

  const char* name() const override { return "witness"; }
  Grads backward(const Storage& dy) const override {
    const_cast<Witness*>(this)->received.push_back(*dy.data());
    return {elements == 1 ? dy : Storage::zeros(elements)};
  }
};

struct Watched {
  Tensor y;  ///< as large as x
  std::shared_ptr<Witness> node;
  explicit Watched(const Tensor& x) : y(x.clone()), node(record<Witness>(y, {x})) {}
};

void check_walked_once(const Watched& watched, double dy) {
  const auto& received = watched.node->received;
  if (received.size() != 1) {
    FAIL(text("backward() of the shared node: expected 1 call, found ", received.size()));
  }
  grade::check_equal("dy of the shared node, when its backward() is called", received[0], dy);
}

template <class F>
void check_refused(const std::string& what, const std::string& word, F f) {
  try {
    f();
  } catch (const GraphError& error) {
    CHECK_MESSAGE(std::string(error.what()).find(word) != std::string::npos,
                  text(what, ": expected a message with '", word, "', found '", error.what(), "'"));
    return;
  } catch (const NotImplemented&) {
    throw;
  } catch (const std::exception& error) {
    FAIL(text(what, ": expected a GraphError, found '", error.what(), "'"));
  }
  FAIL(text(what, ": expected a GraphError, found none"));
}

}  // namespace

TEST_CASE("one operation, y = 3 x: x receives 3 dy") {
  const Tensor x = Tensor::from({2}, {1, 2}).requires_grad(true);
  (3 * x).backward(Tensor::from({2}, {1, 10}));
  grade::check_equal("dx", x.grad(), Tensor::from({2}, {3, 30}));
}

TEST_CASE("a chain, y = 3 (x + 1)^2 at x = 1: dx = 3 * 2 * 2") {
  const Tensor x = trainable(1);
  (3 * square(x + 1)).backward();
  grade::check_equal("dx", x.grad().item(), 12);
}

TEST_CASE("two inputs, y = (2 a) (3 b) at a = 5, b = 7: each its own gradient") {
  const Tensor a = trainable(5), b = trainable(7);
  (2 * a * (3 * b)).backward();
  grade::check_equal("da", a.grad().item(), 42);
  grade::check_equal("db", b.grad().item(), 30);
}

TEST_CASE("one tensor as both inputs, y = a a with a = 2 x at x = 3: what arrives adds up") {
  const Tensor x = trainable(3);
  const Tensor a = 2 * x;
  (a * a).backward();
  grade::check_equal("dx", x.grad().item(), 24);
}

TEST_CASE("a diamond, y = a + a a with a = 3 x at x = 1: a waits for all who read it") {
  const Tensor x = trainable(1);
  const Watched a(3 * x);
  (a.y + a.y * a.y).backward();
  check_walked_once(a, 7);
  grade::check_equal("dx", x.grad().item(), 21);
}

TEST_CASE("the same with its ways in other orders, and with a longer way") {
  const Tensor x = trainable(1);
  const Watched a(3 * x), b(3 * x), c(3 * x);
  (a.y * a.y + a.y).backward();
  check_walked_once(a, 7);
  (b.y + 2 * (2 * (b.y * b.y))).backward();
  check_walked_once(b, 25);
  (2 * (2 * (c.y * c.y)) + c.y).backward();
  check_walked_once(c, 25);
}

TEST_CASE("16 diamonds in a row have 65536 ways, but 33 nodes") {
  const Tensor x = trainable(1);
  const Watched first(2 * x);
  Tensor y = first.y;
  for (int i = 0; i < 16; ++i) y = 0.5 * (y + y);
  y.backward();
  check_walked_once(first, 1);
  grade::check_equal("dx", x.grad().item(), 2);
}

TEST_CASE("add hands one buffer to both inputs: to add to one of them must not change the other") {
  const Tensor p = trainable(1), q = trainable(1), cotangent = Tensor::scalar(1);
  const Tensor u = 2 * p, v = 3 * q;
  (5 * u + (u + v)).backward(cotangent);
  grade::check_equal("dp", p.grad().item(), 12);
  grade::check_equal("dq", q.grad().item(), 3);

  const Tensor w = 2 * p;
  (w + w).backward(cotangent);
  grade::check_equal("the cotangent afterwards", cotangent.item(), 1);
}

TEST_CASE("a leaf's gradient stays, and the next call adds to it") {
  const Tensor x = trainable(5);
  square(x).backward();
  square(x).backward();
  grade::check_equal("dx after two calls", x.grad().item(), 20);
}

TEST_CASE("a frozen leaf is left alone") {
  const Tensor x = trainable(1), frozen = Tensor::scalar(2);
  (x + frozen).backward();
  grade::check_equal("dx", x.grad().item(), 1);
  CHECK_MESSAGE(!frozen.has_grad(), "frozen: expected no gradient, found one");
}

TEST_CASE("what need[i] said in the forward pass counts, not what its input says now") {
  const Tensor x = trainable(1);
  Tensor late = Tensor::scalar(2);
  const Tensor y = x * late;
  late.requires_grad(true);
  y.backward();
  grade::check_equal("dx", x.grad().item(), 2);
  CHECK_MESSAGE(!late.has_grad(), "made trainable later: expected no gradient, found one");
}

TEST_CASE("a node is released once it was walked: nothing saved, no inputs") {
  const Watched a(trainable(1));
  a.y.backward();
  CHECK_MESSAGE(!a.node->kept, "kept: expected an empty buffer, found one element");
  CHECK_MESSAGE(a.node->inputs.empty(), "inputs: expected none, found one");
  CHECK_MESSAGE(a.node->released, "released: expected true, found false");
}

TEST_CASE("a second call says so, and where it was stopped") {
  const Tensor y = square(trainable(2)), z = 3 * y;
  z.backward();
  check_refused("the same root again", "mul_number", [&] { z.backward(); });
  check_refused("another root, the same square", "square", [&] { (y + 1).backward(); });
}

TEST_CASE("what was saved and then changed in place is refused, before any gradient is added") {
  const Tensor w = trainable(3), x = trainable(2), z = trainable(1);
  const Tensor y = w * x + square(z);
  w.mutable_values()[0] = 100;
  check_refused("a changed factor", "mul", [&] { y.backward(); });
  CHECK_MESSAGE(!z.has_grad(), "z: expected no gradient after the refusal, found one");
}

TEST_CASE("a gradient of the wrong size is refused, and the message names the operation") {
  const Watched a(trainable(1));
  a.node->elements = 2;
  check_refused("2 elements for 1", "witness", [&] { a.y.backward(); });
}

TEST_CASE("who asks to keep the gradient of an intermediate has it: a of the diamond, once") {
  const Tensor x = trainable(1), a = 3 * x;
  a.retain_grad();
  (a + a * a).backward();
  CHECK_MESSAGE(a.has_grad(), "a: expected a gradient, found none");
  grade::check_equal("da", a.has_grad() ? a.grad().item() : 0, 7);
}

TEST_CASE("finite differences agree, for a small network") {
  Rng rng(2);
  const GradcheckResult result = gradcheck(
      [](const std::vector<Tensor>& in) {
        const Tensor h = tanh(matmul(in[0], in[1]));
        return softmax(matmul(h + square(h), in[2]));
      },
      {Tensor::randn({2, 4}, rng), Tensor::randn({4, 8}, rng), Tensor::randn({8, 3}, rng)});
  CHECK_MESSAGE(result.ok, result.message);
}

TEST_CASE("a chain of 300,000 nodes (a recursion would overflow the stack)") {
  const Tensor x = trainable(1);
  Tensor y = x;
  for (int i = 0; i < 300'000; ++i) y = y + 1;
  y.backward();
  grade::check_equal("dx", x.grad().item(), 1);
}
