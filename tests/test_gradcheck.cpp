#include <doctest/doctest.h>

#include "autograd/gradcheck.hpp"
#include "autograd/kernels/reference/reference.hpp"
#include "autograd/node.hpp"
#include "op_cases.hpp"
#include "properties.hpp"

using namespace glass;
using namespace glass::testing;

TEST_CASE("every operation's gradient agrees with finite differences") {
  for (const OpCase& c : op_cases()) {
    const GradcheckResult result = gradcheck(c.f, c.inputs, {.zero_is_right = c.zero_is_right});
    CHECK_MESSAGE(result.ok, c.name << ": " << result.message);
  }
}

TEST_CASE("property: every operation passes the gradient check for random arguments") {
  for (const RandomOp& op : random_ops())
    for_random_cases(20, [&](Rng& rng) {
      const OpCase c = op.draw(rng);
      const GradcheckResult result = gradcheck(c.f, c.inputs, {.zero_is_right = true});
      CHECK_MESSAGE(result.ok, c.name << ": " << result.message);
    });
}

TEST_CASE("a small network passes the gradient check as a whole") {
  const auto network = [](const std::vector<Tensor>& in) {
    const Tensor h = max_pool2d(relu(conv2d(in[0], in[1], in[2], {.padding = 1})));
    return cross_entropy(linear(flatten(h), in[3]), {1, 2}) + 0.1 * total_variation(in[0]);
  };
  const GradcheckResult result = gradcheck(
      network,
      {spread({2, 1, 6, 6}, 1), spread({3, 1, 3, 3}, 2), spread({3}, 3), spread({4, 27}, 4)});
  CHECK_MESSAGE(result.ok, result.message);
}

namespace {

/// An operation whose forward is right and whose backward is whatever a test plants.
struct PlantedNode final : Node {
  std::function<Grads(const Storage& dy)> planted;
  const char* name() const override { return "planted"; }
  Grads backward(const Storage& dy) const override { return planted(dy); }
};

Tensor with_backward(const Tensor& y, std::initializer_list<Tensor> inputs,
                     std::function<Grads(const Storage& dy)> planted) {
  Tensor output = y.detach();
  if (auto node = record<PlantedNode>(output, inputs)) node->planted = std::move(planted);
  return output;
}

constexpr Conv2dOptions conv_options{.stride = {1, 2}, .padding = {1, 0}};
kernels::Window conv_window(const Tensor& x, const Tensor& w) {
  return {x.shape()[0], x.shape()[1], x.shape()[2],        x.shape()[3],        w.shape()[0],
          w.shape()[2], w.shape()[3], conv_options.stride, conv_options.padding};
}

/// conv2d of x[2,2,5,6] and w[2,2,3,2] whose gradients come from `dx` and `dw`, given the window.
using ConvGradient =
    std::function<Storage(const Storage& dy, const Tensor& x, const Tensor& w, kernels::Window g)>;
GradcheckResult check_conv2d(const ConvGradient& dx, const ConvGradient& dw) {
  return gradcheck(
      [&](const std::vector<Tensor>& in) {
        const Tensor x = in[0], w = in[1];
        return with_backward(conv2d(x, w, {}, conv_options), {x, w}, [=](const Storage& dy) {
          const kernels::Window g = conv_window(x, w);
          return Grads{dx(dy, x, w, g), dw(dy, x, w, g)};
        });
      },
      {spread({2, 2, 5, 6}, 1), spread({2, 2, 3, 2}, 2)});
}

Storage right_dx(const Storage& dy, const Tensor& x, const Tensor& w, kernels::Window g) {
  Storage dx(x.size());
  kernels::reference::conv2d_dx(dy.data(), w.data(), dx.mutable_data(), g);
  return dx;
}

Storage right_dw(const Storage& dy, const Tensor& x, const Tensor& w, kernels::Window g) {
  Storage dw(w.size());
  kernels::reference::conv2d_dw(dy.data(), x.data(), dw.mutable_data(), g);
  return dw;
}

}  // namespace

TEST_CASE("planted mistakes in conv2d are caught") {
  CHECK(check_conv2d(right_dx, right_dw).ok);

  const ConvGradient dropped_padding = [](const auto& dy, const auto& x, const auto& w, auto g) {
    g.padding = 0;
    return right_dx(dy, x, w, g);
  };
  const ConvGradient swapped_stride = [](const auto& dy, const auto& x, const auto& w, auto g) {
    std::swap(g.stride.h, g.stride.w);
    return right_dx(dy, x, w, g);
  };
  const ConvGradient transposed_weight = [](const auto& dy, const auto& x, const auto& w, auto g) {
    const Tensor t = w.clone();
    const Index taps = g.R * g.S;
    for (Index i = 0; i < taps; ++i)
      std::swap(t.mutable_data()[taps + i], t.mutable_data()[2 * taps + i]);
    return right_dx(dy, x, t, g);
  };
  const ConvGradient zero = [](const auto&, const auto& x, const auto&, auto) {
    return Storage::zeros(x.size());
  };
  for (const ConvGradient& wrong : {dropped_padding, swapped_stride, transposed_weight, zero}) {
    const GradcheckResult result = check_conv2d(wrong, right_dw);
    CHECK_FALSE(result.ok);
    CHECK(result.message.starts_with("gradcheck: planted: input 0 [2,2,5,6]"));
  }

  const ConvGradient overwritten = [](const auto& dy, const auto& x, const auto& w, auto g) {
    g.N = 1;  // each image overwrites what the one before had contributed
    Storage dw(w.size());
    for (Index n = 0; n < 2; ++n) {
      kernels::reference::conv2d_dw(dy.data() + n * g.K * g.P * g.Q, x.data() + n * g.C * g.H * g.W,
                                    dw.mutable_data(), g);
    }
    return dw;
  };
  const GradcheckResult result = check_conv2d(right_dx, overwritten);
  CHECK_FALSE(result.ok);
  CHECK(result.message.starts_with("gradcheck: planted: input 1 [2,2,3,2]"));
}

TEST_CASE("a gradient of the wrong size, and one that changes, are caught") {
  const auto wrong_size = [](const std::vector<Tensor>& in) {
    return with_backward(square(in[0]), {in[0]},
                         [](const Storage&) -> Grads { return {Storage::zeros(2)}; });
  };
  CHECK_THROWS_AS(gradcheck(wrong_size, {spread({3}, 1)}), GraphError);

  int calls = 0;
  const auto changing = [&](const std::vector<Tensor>& in) {
    return with_backward(square(in[0]), {in[0]}, [&, x = in[0]](const Storage& dy) -> Grads {
      Storage dx(dy.size());
      for (Index i = 0; i < dy.size(); ++i) dx.mutable_data()[i] = 2 * x.data()[i] * dy.data()[i];
      if (++calls == 2) dx.mutable_data()[1] += 1e-12;
      return {dx};
    });
  };
  const GradcheckResult result = gradcheck(changing, {spread({3}, 1)});
  CHECK_FALSE(result.ok);
  CHECK(result.message.find("different when it is computed again") != std::string::npos);
}

TEST_CASE("the message names operation, element and both values") {
  const auto forgotten_factor = [](const std::vector<Tensor>& in) {
    return with_backward(square(in[0]), {in[0]}, [x = in[0]](const Storage& dy) -> Grads {
      Storage dx(dy.size());
      for (Index i = 0; i < dy.size(); ++i) {
        dx.mutable_data()[i] = (i == 4 ? 1 : 2) * x.data()[i] * dy.data()[i];
      }
      return {dx};
    });
  };
  const GradcheckResult result = gradcheck(forgotten_factor, {spread({2, 3}, 1)});
  CHECK_FALSE(result.ok);
  CHECK_MESSAGE(
      result.message.find("input 0 [2,3], element [1,1]: backward gives") != std::string::npos,
      result.message);
}
