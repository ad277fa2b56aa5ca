#include <cmath>

#include "op_cases.hpp"
#include "properties.hpp"

namespace glass::testing {

namespace {

using Inputs = std::vector<Tensor>;
using Function = std::function<Tensor(const Inputs&)>;

/// [N,C,H,W], small enough for finite differences.
Shape image(Rng& rng, Index smallest_batch = 0) {
  return {between(rng, smallest_batch, 2), between(rng, 1, 3), between(rng, 1, 6),
          between(rng, 1, 6)};
}

Shape matrix(Rng& rng, Index smallest_batch = 0) {
  return {between(rng, smallest_batch, 4), between(rng, 1, 6)};
}

Shape any_shape(Rng& rng, Index smallest_batch = 0) {
  Shape shape;
  for (Index rank = between(rng, 0, Shape::max_rank); rank > 0; --rank)
    shape.append(between(rng, shape.rank() == 0 ? smallest_batch : 1, 4));
  return shape;
}

std::vector<Index> columns(const Shape& x, Rng& rng) {
  std::vector<Index> chosen;
  for (Index n = 0; n < x[0]; ++n) chosen.push_back(rng.below(x[1]));
  return chosen;
}

Size2 size(Rng& rng, Index low, Index high) {
  const Index h = between(rng, low, high);
  return {h, between(rng, low, high)};
}

class Draws {
 public:
  /// An operation whose inputs have the shapes, and whose options are those, that `draw` draws.
  void add(const std::string& name,
           std::function<Function(Rng& rng, std::vector<Shape>& shapes)> draw) {
    ops.push_back({name, [name, draw](Rng& rng) {
                     std::vector<Shape> shapes;
                     OpCase c{name, draw(rng, shapes), {}};
                     for (const Shape& shape : shapes) {
                       c.inputs.push_back(spread(shape, rng.bits()));
                       c.name += ' ' + shape.str();
                     }
                     return c;
                   }});
  }

  void elementwise(const std::string& name, Tensor (*f)(const Tensor&), Index smallest_batch = 0) {
    add(name, [=](Rng& rng, std::vector<Shape>& shapes) -> Function {
      shapes = {any_shape(rng, smallest_batch)};
      return [f](const Inputs& in) { return f(in[0]); };
    });
  }

  void elementwise(const std::string& name, Tensor (*f)(const Tensor&, const Tensor&),
                   Index smallest_batch = 0) {
    add(name, [=](Rng& rng, std::vector<Shape>& shapes) -> Function {
      const Shape shape = any_shape(rng, smallest_batch);
      shapes = {shape, shape};
      return [f](const Inputs& in) { return f(in[0], in[1]); };
    });
  }

  /// The same of shapes that differ where one of them has size 1.
  void broadcasting(const std::string& name, Tensor (*f)(const Tensor&, const Tensor&)) {
    add(name, [=](Rng& rng, std::vector<Shape>& shapes) -> Function {
      Shape a = any_shape(rng), b = a;
      for (int axis = 0; axis < a.rank(); ++axis) {
        const Index who = rng.below(6);
        if (who == 0) a = a.with(axis, 1);
        if (who == 1) b = b.with(axis, 1);
      }
      shapes = {a, b};
      return [f](const Inputs& in) { return f(in[0], in[1]); };
    });
  }

  /// An elementwise operation with an option from [low, high).
  void elementwise(const std::string& name, Tensor (*f)(const Tensor&, double), double low,
                   double high) {
    add(name, [=](Rng& rng, std::vector<Shape>& shapes) -> Function {
      shapes = {any_shape(rng)};
      return [f, option = rng.uniform(low, high)](const Inputs& in) { return f(in[0], option); };
    });
  }

  void rows(const std::string& name, Tensor (*f)(const Tensor&)) {
    add(name, [=](Rng& rng, std::vector<Shape>& shapes) -> Function {
      shapes = {matrix(rng)};
      return [f](const Inputs& in) { return f(in[0]); };
    });
  }

  void pooling(const std::string& name, Tensor (*f)(const Tensor&, const Pool2dOptions&)) {
    add(name, [=](Rng& rng, std::vector<Shape>& shapes) -> Function {
      const Pool2dOptions options{.kernel = size(rng, 1, 4),
                                  .stride = size(rng, 0, 3),
                                  .padding = size(rng, 0, 3),
                                  .dilation = size(rng, 1, 2),
                                  .ceil_mode = rng.below(2) == 1};
      const auto [height, width] = reach(options.kernel, options.dilation);
      shapes = {{between(rng, 0, 2), between(rng, 1, 3), between(rng, height, height + 5),
                 between(rng, width, width + 5)}};
      return [=](const Inputs& in) { return f(in[0], options); };
    });
  }

  void adaptive_pooling(const std::string& name, Tensor (*f)(const Tensor&, Size2)) {
    add(name, [=](Rng& rng, std::vector<Shape>& shapes) -> Function {
      shapes = {image(rng)};
      return [f, to = size(rng, 1, 7)](const Inputs& in) { return f(in[0], to); };
    });
  }

  std::vector<RandomOp> ops;
};

Function draw_conv2d(Rng& rng, std::vector<Shape>& shapes) {
  const Size2 kernel = size(rng, 1, 4);
  const Conv2dOptions options{.stride = size(rng, 1, 3),
                              .padding = size(rng, 0, 3),
                              .dilation = size(rng, 1, 2),
                              .groups = between(rng, 1, 3)};
  const Index C = between(rng, 1, 3), K = options.groups * between(rng, 1, 2);
  const auto [height, width] = reach(kernel, options.dilation);
  shapes = {{between(rng, 0, 2), options.groups * C, between(rng, height, height + 5),
             between(rng, width, width + 5)},
            {K, C, kernel.h, kernel.w}};
  if (rng.below(2)) shapes.push_back({K});
  return [=](const Inputs& in) {
    return conv2d(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options);
  };
}

Function draw_linear(Rng& rng, std::vector<Shape>& shapes) {
  const Shape x = matrix(rng);
  const Index out = between(rng, 1, 5);
  shapes = {x, {out, x[1]}};
  if (rng.below(2)) shapes.push_back({out});
  return [](const Inputs& in) { return linear(in[0], in[1], in.size() > 2 ? in[2] : Tensor()); };
}

Function draw_batch_norm2d(Rng& rng, std::vector<Shape>& shapes) {
  const bool training = rng.below(2);
  Shape x = image(rng, training ? 1 : 0);
  if (training && x[0] * x[2] * x[3] == 1) x = {2, x[1], 1, 1};
  shapes = {x, {x[1]}, {x[1]}};
  return [training](const Inputs& in) {
    const Tensor mean = Tensor::full(in[1].shape(), 0.2), var = Tensor::full(in[1].shape(), 0.7);
    return batch_norm2d(in[0], in[1], in[2], mean, var, {.training = training});
  };
}

Function draw_local_response_norm(Rng& rng, std::vector<Shape>& shapes) {
  shapes = {image(rng)};
  const LocalResponseNormOptions options{.size = between(rng, 1, 5),
                                         .alpha = rng.uniform(0, 3),
                                         .beta = rng.uniform(0, 2),
                                         .k = rng.uniform(1, 2)};
  return [options](const Inputs& in) { return local_response_norm(in[0], options); };
}

Function draw_reshape(Rng& rng, std::vector<Shape>& shapes) {
  const Shape x = any_shape(rng);
  shapes = {x};
  Shape turned;
  for (int axis = x.rank() - 1; axis >= 0; --axis) turned.append(x[axis]);
  return [turned](const Inputs& in) { return reshape(in[0], turned); };
}

Function draw_at(Rng& rng, std::vector<Shape>& shapes) {
  const Shape x = any_shape(rng, 1);
  shapes = {x};
  std::vector<Index> index;
  for (const Index dim : x) index.push_back(rng.below(dim));
  return [index](const Inputs& in) { return at(in[0], index); };
}

Function draw_sum(Rng& rng, std::vector<Shape>& shapes) {
  shapes = {any_shape(rng)};
  std::vector<int> axes;
  for (int axis = 0; axis < shapes[0].rank(); ++axis)
    if (rng.below(2)) axes.push_back(axis);
  const bool keep = rng.below(2);
  return [=](const Inputs& in) { return sum(in[0], axes, keep); };
}

Function draw_narrow(Rng& rng, std::vector<Shape>& shapes) {
  shapes = {image(rng)};
  const int axis = static_cast<int>(rng.below(4));
  const Index begin = between(rng, 0, shapes[0][axis]);
  const Index length = between(rng, 0, shapes[0][axis] - begin);
  return [=](const Inputs& in) { return narrow(in[0], axis, begin, length); };
}

Function draw_cat(Rng& rng, std::vector<Shape>& shapes) {
  const Shape first = image(rng);
  const int axis = static_cast<int>(rng.below(4));
  for (Index count = between(rng, 1, 3); count > 0; --count)
    shapes.push_back(first.with(axis, between(rng, 0, 4)));
  return [=](const Inputs& in) { return cat(in, axis); };
}

Function draw_gather(Rng& rng, std::vector<Shape>& shapes) {
  const Shape x = image(rng);
  shapes = {x};
  const int axis = x[0] == 0 ? 1 : static_cast<int>(rng.below(4));
  std::vector<Index> index(static_cast<std::size_t>(x.size() / x[axis] * between(rng, 0, 3)));
  for (Index& i : index) i = rng.below(x[axis]);
  return [=](const Inputs& in) { return gather(in[0], axis, index); };
}

Function draw_cross_entropy(Rng& rng, std::vector<Shape>& shapes) {
  const Shape x = matrix(rng, 1);
  shapes = {x};
  const double smoothing = rng.below(2) ? rng.uniform() : 0;
  return [=, labels = columns(x, rng)](const Inputs& in) {
    return cross_entropy(in[0], labels, smoothing);
  };
}

Function draw_normalise(Rng& rng, std::vector<Shape>& shapes) {
  shapes = {image(rng)};
  std::vector<double> mean, std;
  for (Index c = 0; c < shapes[0][1]; ++c) {
    mean.push_back(rng.uniform(-1, 1));
    std.push_back(rng.uniform(0.1, 2));
  }
  return [=](const Inputs& in) { return normalise(in[0], mean, std); };
}

Function draw_pad(Rng& rng, std::vector<Shape>& shapes) {
  const Shape x = image(rng);
  shapes = {x};
  const Padding padding{.top = between(rng, -x[2] / 2, 3),
                        .bottom = between(rng, -x[2] / 2, 3),
                        .left = between(rng, -x[3] / 2, 3),
                        .right = between(rng, -x[3] / 2, 3)};
  return [=, fill = rng.uniform(-1, 1)](const Inputs& in) { return pad(in[0], padding, fill); };
}

Function draw_affine_sample(Rng& rng, std::vector<Shape>& shapes) {
  shapes = {image(rng)};
  const AffineSample how{.angle = rng.uniform(-4, 4),
                         .scale = std::exp(rng.uniform(-2, 2)),
                         .fill = rng.uniform(-1, 1)};
  return [how](const Inputs& in) { return affine_sample(in[0], how); };
}

/// Below 1 the third derivative between nearly equal pixels is more than finite differences bear.
Function draw_total_variation(Rng& rng, std::vector<Shape>& shapes) {
  shapes = {{between(rng, 0, 2), between(rng, 1, 2), between(rng, 1, 4), between(rng, 1, 4)}};
  const double usual[] = {1, 1.5, 2, rng.uniform(1, 3)};
  return [options = TotalVariationOptions{.beta = usual[rng.below(4)]}](const Inputs& in) {
    return total_variation(in[0], options);
  };
}

}  // namespace

std::vector<RandomOp> random_ops() {
  Draws draws;
  draws.broadcasting("add", add);
  draws.broadcasting("sub", sub);
  draws.broadcasting("mul", mul);
  draws.broadcasting("div", [](const Tensor& a, const Tensor& b) { return a / (b + 2); });
  draws.elementwise("mse", mse, 1);
  draws.elementwise("neg", neg);
  draws.elementwise("square", square);
  draws.elementwise("abs", abs);
  draws.elementwise("exp", exp);
  draws.elementwise("log", [](const Tensor& x) { return log(x + 2); });
  draws.elementwise("sqrt", [](const Tensor& x) { return sqrt(x + 2); });
  draws.elementwise("relu", relu);
  draws.elementwise("tanh", tanh);
  draws.elementwise("sigmoid", sigmoid);
  draws.elementwise("add_number", add, -2, 2);
  draws.elementwise("mul_number", mul, -2, 2);
  draws.elementwise("leaky_relu", leaky_relu, -1, 1);
  draws.elementwise("elu", elu, 0, 2);
  draws.elementwise("relu6", [](const Tensor& x) { return relu6(x * 8); });
  draws.elementwise("hardsigmoid", [](const Tensor& x) { return hardsigmoid(x * 4.3); });
  draws.elementwise("hardswish", [](const Tensor& x) { return hardswish(x * 4.3); });
  draws.elementwise("silu", [](const Tensor& x) { return silu(x * 5); });
  draws.elementwise("gelu", [](const Tensor& x) { return gelu(x * 4); });
  draws.elementwise("gelu_tanh", [](const Tensor& x) { return gelu_tanh(x * 4); });
  draws.elementwise("alpha_norm", alpha_norm, 2, 7);  // below 2: too curved near zero to difference
  draws.elementwise(
      "dropout",
      [](const Tensor& x, double p) {
        Rng rng(3);
        return dropout(x, p, rng);
      },
      0, 1);
  draws.rows("softmax", softmax);
  draws.rows("log_softmax", log_softmax);
  draws.rows("unit_rows", unit_rows);
  draws.rows("layer_norm", [](const Tensor& x) { return layer_norm(x, 0.1); });
  draws.pooling("max_pool2d", max_pool2d);
  draws.pooling("avg_pool2d", avg_pool2d);
  draws.adaptive_pooling("adaptive_max_pool2d", adaptive_max_pool2d);
  draws.adaptive_pooling("adaptive_avg_pool2d", adaptive_avg_pool2d);
  draws.add("conv2d", draw_conv2d);
  draws.add("linear", draw_linear);
  draws.add("local_response_norm", draw_local_response_norm);
  draws.add("batch_norm2d", draw_batch_norm2d);
  draws.add("reshape", draw_reshape);
  draws.add("at", draw_at);
  draws.add("sum", draw_sum);
  draws.add("narrow", draw_narrow);
  draws.add("cat", draw_cat);
  draws.add("gather", draw_gather);
  draws.add("cross_entropy", draw_cross_entropy);
  draws.add("normalise", draw_normalise);
  draws.add("pad", draw_pad);
  draws.add("affine_sample", draw_affine_sample);
  draws.add("total_variation", draw_total_variation);
  draws.add("matmul", [](Rng& rng, std::vector<Shape>& shapes) -> Function {
    const Shape a = matrix(rng);
    shapes = {a, {a[1], between(rng, 0, 5)}};
    return [](const Inputs& in) { return matmul(in[0], in[1]); };
  });
  draws.add("hartley2d", [](Rng& rng, std::vector<Shape>& shapes) -> Function {
    shapes = {image(rng)};
    return [](const Inputs& in) { return hartley2d(in[0]); };
  });
  return draws.ops;
}

}  // namespace glass::testing
