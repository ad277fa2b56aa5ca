#include "op_cases.hpp"

#include <numbers>

namespace glass::testing {

namespace {

using Inputs = std::vector<Tensor>;

/// Shapes for operations that take any: scalar, one element, odd, non-square, batch of one.
const std::vector<Shape> any_shapes = {{}, {1}, {7}, {3, 5}, {1, 1, 1, 1}, {2, 3, 5, 4}};

class Table {
 public:
  void add(const std::string& name, std::function<Tensor(const Inputs&)> f, Inputs inputs,
           bool zero_is_right = false) {
    cases.push_back({name, std::move(f), std::move(inputs), zero_is_right});
  }

  void elementwise(const std::string& name, Tensor (*f)(const Tensor&)) {
    for (const Shape& shape : any_shapes)
      add(name + " " + shape.str(), [f](const Inputs& in) { return f(in[0]); }, {spread(shape, 1)});
  }

  void elementwise(const std::string& name, Tensor (*f)(const Tensor&, const Tensor&)) {
    for (const Shape& shape : any_shapes)
      add(name + " " + shape.str(), [f](const Inputs& in) { return f(in[0], in[1]); },
          {spread(shape, 1), spread(shape, 2)});
    add(
        name + " of a tensor and itself", [f](const Inputs& in) { return f(in[0], in[0]); },
        {spread({3, 2}, 3)}, name == "sub" || name == "mse");
  }

  std::vector<OpCase> cases;
};

struct Geometry {
  Shape x, w;
  Size2 stride, padding, dilation = 1;
  Index groups = 1;
};

void add_conv2d(Table& table) {
  const std::vector<Geometry> geometries = {
      {{1, 1, 1, 1}, {1, 1, 1, 1}, 1, 0},
      {{1, 1, 6, 6}, {2, 1, 3, 3}, 1, 1},
      {{2, 3, 5, 7}, {4, 3, 3, 3}, 1, 1},
      {{1, 2, 9, 10}, {3, 2, 3, 3}, 1, 0},
      {{2, 2, 5, 6}, {3, 2, 1, 1}, 1, 0},
      {{1, 2, 8, 7}, {2, 2, 3, 3}, 2, 1},
      {{1, 1, 11, 9}, {2, 1, 5, 5}, 3, 2},
      {{1, 2, 4, 5}, {2, 2, 2, 3}, 1, 0},
      {{1, 1, 3, 3}, {2, 1, 3, 3}, 1, 4},            // padding beyond the kernel
      {{2, 1, 6, 5}, {1, 1, 3, 2}, {2, 1}, {0, 2}},  // non-square in every respect
      {{1, 3, 7, 7}, {2, 3, 7, 7}, 1, 0},            // the kernel covers the image
      {{1, 1, 5, 5}, {1, 1, 2, 2}, 3, 0},            // some pixels are never read
      {{2, 2, 7, 8}, {3, 2, 3, 2}, 1, 1, {2, 3}},    // dilated
      {{1, 1, 6, 6}, {2, 1, 3, 3}, 2, 3, 3},         // beyond the image
      {{2, 4, 5, 4}, {6, 2, 3, 3}, 1, 1, 1, 2},      // in groups
      {{2, 3, 6, 5}, {3, 1, 3, 3}, {2, 1}, 1, 1, 3},
      {{1, 3, 6, 5}, {6, 1, 2, 3}, 1, {2, 1}, 2, 3},
  };
  for (const auto& [x, w, stride, padding, dilation, groups] : geometries) {
    const std::string name = text("conv2d x ", x, " w ", w, " stride ", stride, " pad ", padding,
                                  " dilation ", dilation, " groups ", groups);
    const Conv2dOptions options{stride, padding, dilation, groups};
    table.add(name, [options](const Inputs& in) { return conv2d(in[0], in[1], in[2], options); },
              {spread(x, 1), spread(w, 2), spread({w[0]}, 3)});
    table.add(name + " without bias",
              [options](const Inputs& in) { return conv2d(in[0], in[1], {}, options); },
              {spread(x, 1), spread(w, 2)});
  }
}

void add_pooling(Table& table) {
  const std::vector<std::pair<Shape, Pool2dOptions>> geometries = {
      {{1, 1, 1, 1}, {.kernel = 1}},
      {{2, 3, 6, 8}, {}},
      {{1, 2, 7, 5}, {}},
      {{1, 1, 7, 7}, {.kernel = 3, .stride = 2, .padding = 1}},
      {{1, 2, 6, 7}, {.kernel = {2, 3}, .stride = {1, 2}}},
      {{1, 1, 8, 8}, {.kernel = 2, .stride = 3}},
      {{1, 1, 4, 4}, {.kernel = 3, .stride = 1, .padding = 2}},
      {{1, 1, 2, 3}, {.kernel = 2, .padding = 3}},  // windows that lie in the padding alone
      {{1, 2, 7, 8}, {.kernel = {3, 2}, .stride = 1, .padding = 1, .dilation = {2, 3}}},
      {{1, 2, 6, 7}, {.kernel = 3, .stride = 2, .ceil_mode = true}},
      {{1, 1, 5, 2}, {.kernel = 3, .stride = 2, .padding = {1, 0}, .ceil_mode = true}},
  };
  for (const auto& [x, options] : geometries) {
    const std::string name = text("pool2d x ", x, " kernel ", options.kernel, " stride ",
                                  options.stride, " pad ", options.padding, " dilation ",
                                  options.dilation, options.ceil_mode ? ", rounded up" : "");
    table.add("max_" + name,
              [options = options](const Inputs& in) { return max_pool2d(in[0], options); },
              {spread(x, 1)});
    table.add("avg_" + name,
              [options = options](const Inputs& in) { return avg_pool2d(in[0], options); },
              {spread(x, 1)});
  }
  for (const Shape& x : {Shape{1, 1, 1, 1}, Shape{2, 3, 5, 4}})
    table.add("global_avg_pool2d " + x.str(),
              [](const Inputs& in) { return global_avg_pool2d(in[0]); }, {spread(x, 1)});
  for (const Size2 size : {Size2(2, 3), Size2(3, 5), Size2(7, 1), Size2(6, 4)}) {
    const std::string name = text("pool2d to ", size);
    table.add("adaptive_avg_" + name,
              [size](const Inputs& in) { return adaptive_avg_pool2d(in[0], size); },
              {spread({2, 2, 5, 4}, 1)});
    table.add("adaptive_max_" + name,
              [size](const Inputs& in) { return adaptive_max_pool2d(in[0], size); },
              {spread({2, 2, 5, 4}, 1)});
  }
}

void add_normalisation(Table& table) {
  for (const Shape& x : {Shape{2, 3, 4, 5}, Shape{1, 1, 3, 3}, Shape{5, 2, 1, 1}})
    for (const bool training : {true, false}) {
      const auto f = [training](const Inputs& in) {
        const Shape channels = in[1].shape();
        const Tensor mean = Tensor::full(channels, 0.2), var = Tensor::full(channels, 0.7);
        return batch_norm2d(in[0], in[1], in[2], mean, var, {.training = training});
      };
      table.add(text("batch_norm2d ", training ? "training " : "evaluation ", x), f,
                {spread(x, 1), spread({x[1]}, 2), spread({x[1]}, 3)});
    }
  for (const Shape& x : {Shape{1, 2}, Shape{3, 5}, Shape{2, 40}})
    table.add("layer_norm " + x.str(), [](const Inputs& in) { return layer_norm(in[0], 0.1); },
              {spread(x, 1)});
  for (const Index size : {1, 2, 5})
    table.add(text("local_response_norm ", size),
              [size](const Inputs& in) {
                return local_response_norm(in[0],
                                           {.size = size, .alpha = 2, .beta = 0.7, .k = 1.5});
              },
              {spread({2, 4, 3, 2}, 1)});
  table.add("normalise",
            [](const Inputs& in) {
              return normalise(in[0], {0.1, 0.2}, {0.5, 2});
            },
            {spread({2, 2, 3, 1}, 1)});
  table.add("dropout",
            [](const Inputs& in) {
              Rng rng(3);
              return dropout(in[0], 0.4, rng);
            },
            {spread({4, 5}, 1)});
}

void add_classification(Table& table) {
  for (const Shape& x : {Shape{1, 1}, Shape{1, 5}, Shape{4, 3}, Shape{3, 10}}) {
    const bool one_class = x[1] == 1;  // its probability is 1, whatever the logit
    table.add(
        "softmax " + x.str(), [](const Inputs& in) { return softmax(in[0]); }, {spread(x, 1)},
        one_class);
    table.add(
        "log_softmax " + x.str(), [](const Inputs& in) { return log_softmax(in[0]); },
        {spread(x, 1)}, one_class);
    std::vector<Index> labels;
    for (Index n = 0; n < x[0]; ++n) labels.push_back(n % x[1]);
    table.add(
        "cross_entropy " + x.str(),
        [labels](const Inputs& in) { return cross_entropy(in[0], labels); }, {spread(x, 1)},
        one_class);
    table.add(
        "cross_entropy, smooth labels " + x.str(),
        [labels](const Inputs& in) { return cross_entropy(in[0], labels, 0.2); }, {spread(x, 1)},
        one_class);
    table.add("gather " + x.str(), [labels](const Inputs& in) { return gather(in[0], 1, labels); },
              {spread(x, 1)});
  }
}

void add_arithmetic(Table& table) {
  using Binary = Tensor (*)(const Tensor&, const Tensor&);
  const std::vector<std::pair<const char*, Binary>> operations = {
      {"add", add}, {"sub", sub}, {"mul", mul}, {"div", div}};
  const std::vector<std::pair<Shape, Shape>> shapes = {{{3, 4}, {3, 1}},
                                                       {{1, 4}, {3, 4}},
                                                       {{3, 1}, {1, 4}},
                                                       {{1, 1}, {2, 3}},
                                                       {{2, 3, 4, 5}, {1, 3, 1, 1}},
                                                       {{2, 1, 4, 1}, {1, 3, 1, 5}}};
  for (const auto& [name, f] : operations)
    for (const auto& [a, b] : shapes)
      table.add(text(name, " ", a, " and ", b),
                [f = f](const Inputs& in) { return f(in[0], in[1] + 1.5); },
                {spread(a, 1), spread(b, 2)});
  table.elementwise("div", [](const Tensor& a, const Tensor& b) { return a / (b + 1.5); });
  table.elementwise("div of a number", [](const Tensor& x) { return 3 / (x + 1.5); });
  table.elementwise("abs", abs);
  table.elementwise("exp", exp);
  table.elementwise("log", [](const Tensor& x) { return log(x + 1.5); });
  table.elementwise("sqrt", [](const Tensor& x) { return sqrt(x + 1.5); });
}

void add_axes(Table& table) {
  for (const std::vector<int>& axes :
       std::vector<std::vector<int>>{{}, {0}, {1}, {3}, {0, 2}, {2, 1}, {0, 1, 2, 3}})
    for (const bool keep : {false, true}) {
      const std::string name =
          text(axes.size(), " axes from ", axes.empty() ? -1 : axes.front(), keep ? ", kept" : "");
      const Tensor x = spread({2, 3, 4, 5}, 1);
      table.add("sum of " + name, [=](const Inputs& in) { return sum(in[0], axes, keep); }, {x});
      table.add("mean of " + name, [=](const Inputs& in) { return mean(in[0], axes, keep); }, {x});
    }
  for (const int axis : {0, 1, 2}) {
    for (const bool keep : {false, true})
      table.add(text("max along ", axis, keep ? ", kept" : ""),
                [=](const Inputs& in) { return max(in[0], axis, keep); }, {spread({3, 4, 2}, 1)});
    table.add(text("narrow along ", axis),
              [=](const Inputs& in) { return narrow(in[0], axis, 1, 2); }, {spread({3, 4, 3}, 1)});
    const Shape a{3, 4, 2};
    table.add(text("cat along ", axis),
              [=](const Inputs& in) {
                return cat({in[0], in[1], in[0]}, axis);
              },
              {spread(a, 1), spread(a.with(axis, 1), 2)});
    std::vector<Index> index;  // two of each line, not all of them different
    for (Index i = 0; i < 2 * a.size() / a[axis]; ++i) index.push_back(i * i % a[axis]);
    table.add(text("gather two along ", axis),
              [=](const Inputs& in) { return gather(in[0], axis, index); }, {spread(a, 1)});
  }
  table.add("narrow to all", [](const Inputs& in) { return narrow(in[0], 0, 0, 3); },
            {spread({3}, 1)});
  table.add("at", [](const Inputs& in) { return at(in[0], {1, 0, 2}); }, {spread({2, 1, 3}, 1)});
  table.add("at of a scalar", [](const Inputs& in) { return at(in[0], {}); }, {spread({}, 1)});
}

void add_images(Table& table) {
  const std::vector<Padding> paddings = {{1, 2, 3, 0}, {-1, 0, 0, -2}, {2, -2, -1, 1}, {}};
  for (const Padding& p : paddings)
    table.add(text("pad ", p.top, ",", p.bottom, ",", p.left, ",", p.right),
              [p](const Inputs& in) { return pad(in[0], p, 0.5); }, {spread({2, 2, 4, 5}, 1)});
  table.add("shift", [](const Inputs& in) { return shift(in[0], -1, 2); },
            {spread({1, 2, 4, 5}, 1)});
  table.add(
      "shift beyond the image", [](const Inputs& in) { return shift(in[0], 9, 9); },
      {spread({1, 1, 4, 5}, 1)}, true);
  for (const Shape& x :
       {Shape{1, 1, 1, 1}, Shape{2, 3, 4, 5}, Shape{1, 1, 1, 6}, Shape{1, 2, 7, 3}}) {
    for (const AffineSample& how : {AffineSample{},
                                    {.angle = std::numbers::pi / 2},
                                    {.angle = -3.5},
                                    {.scale = 1.7},
                                    {.angle = 0.3, .scale = 1.2, .fill = 0.5},
                                    {.angle = -2, .scale = 0.6, .fill = -1}})
      table.add(text("affine_sample ", x, " angle ", how.angle, " scale ", how.scale),
                [how](const Inputs& in) { return affine_sample(in[0], how); }, {spread(x, 1)});
    table.add("hartley2d " + x.str(), [](const Inputs& in) { return hartley2d(in[0]); },
              {spread(x, 1)});
  }
  table.add(
      "affine_sample to a dot between the pixels",
      [](const Inputs& in) { return affine_sample(in[0], {.angle = 1, .scale = 1e-30}); },
      {spread({1, 1, 4, 4}, 1)}, true);
  for (const Shape& x : {Shape{1, 1, 2, 2}, Shape{2, 3, 4, 5}, Shape{1, 1, 1, 6}})
    for (const double beta : {0.5, 1.0, 1.5, 2.0, 3.0})
      table.add(text("total_variation beta ", beta, " ", x),
                [beta](const Inputs& in) { return total_variation(in[0], {.beta = beta}); },
                {spread(x, 1)});
  table.add(
      "total_variation of one pixel", [](const Inputs& in) { return total_variation(in[0]); },
      {spread({1, 1, 1, 1}, 1)}, true);
  for (const double alpha : {1.0, 1.5, 2.0, 3.0, 6.0})
    table.add(text("alpha_norm ", alpha),
              [alpha](const Inputs& in) { return alpha_norm(in[0], alpha); },
              {spread({2, 1, 3, 3}, 1)});
}

}  // namespace

Tensor spread(const Shape& shape, std::uint64_t seed) {
  const Index n = shape.size();
  const double offset = 0.7 + 0.02 * static_cast<double>(seed % 8);  // no value becomes zero
  std::vector<double> values;
  for (Index i = 0; i < n; ++i) {
    values.push_back(2 * (static_cast<double>(i) + offset) / static_cast<double>(n) - 1);
  }
  Rng rng(seed);
  rng.shuffle(values);
  return Tensor::from(shape, values);
}

std::vector<OpCase> op_cases() {
  Table table;
  table.elementwise("add", add);
  table.elementwise("sub", sub);
  table.elementwise("mul", mul);
  table.elementwise("mse", mse);
  table.elementwise("neg", neg);
  table.elementwise("square", square);
  table.elementwise("sum", sum);
  table.elementwise("mean", mean);
  table.elementwise("relu", relu);
  table.elementwise("tanh", tanh);
  table.elementwise("sigmoid", sigmoid);
  table.elementwise("leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.2); });
  table.elementwise("elu", [](const Tensor& x) { return elu(x, 0.7); });
  table.elementwise("relu6", [](const Tensor& x) { return relu6(x * 8); });
  table.elementwise("hardsigmoid", [](const Tensor& x) { return hardsigmoid(x * 4.7); });
  table.elementwise("hardswish", [](const Tensor& x) { return hardswish(x * 4.7); });
  table.elementwise("silu", [](const Tensor& x) { return silu(x * 4); });
  table.elementwise("gelu", [](const Tensor& x) { return gelu(x * 3); });
  table.elementwise("gelu_tanh", [](const Tensor& x) { return gelu_tanh(x * 3); });
  table.elementwise("number forms", [](const Tensor& x) { return (3 - x * 2 + 1) / 4 - 0.5; });
  table.add("reshape",
            [](const Inputs& in) {
              return reshape(in[0], {3, 4});
            },
            {spread({2, 1, 6}, 1)});
  table.add("flatten", [](const Inputs& in) { return flatten(in[0]); }, {spread({2, 3, 1, 2}, 1)});
  for (const auto& [M, K, N] : {std::array<Index, 3>{1, 1, 1}, {1, 5, 3}, {4, 1, 2}, {5, 7, 3}}) {
    table.add(text("matmul ", M, "x", K, "x", N),
              [](const Inputs& in) { return matmul(in[0], in[1]); },
              {spread({M, K}, 1), spread({K, N}, 2)});
    table.add(text("linear ", M, "x", K, "x", N),
              [](const Inputs& in) { return linear(in[0], in[1], in[2]); },
              {spread({M, K}, 1), spread({N, K}, 2), spread({N}, 3)});
  }
  table.add("linear without bias", [](const Inputs& in) { return linear(in[0], in[1]); },
            {spread({2, 3}, 1), spread({4, 3}, 2)});
  for (const Shape& x : {Shape{1, 1}, Shape{1, 5}, Shape{4, 3}, Shape{2, 40}}) {
    const bool only_sign = x[1] == 1;
    table.add(
        "unit_rows " + x.str(), [](const Inputs& in) { return unit_rows(in[0]); }, {spread(x, 1)},
        only_sign);
  }
  table.add("cosines of unit_rows",
            [](const Inputs& in) {
              const Tensor u = unit_rows(in[0]);
              return linear(u, u);
            },
            {spread({3, 4}, 1)});
  add_arithmetic(table);
  add_axes(table);
  add_conv2d(table);
  add_pooling(table);
  add_normalisation(table);
  add_classification(table);
  add_images(table);
  return table.cases;
}

std::vector<ShapeErrorCase> shape_error_cases() {
  const auto ones = [](const Shape& shape) { return Tensor::full(shape, 1); };
  const Tensor a = ones({2, 3}), b = ones({3, 2}), image = ones({1, 2, 4, 4}), c = ones({2});
  const Tensor empty = ones({0, 3});
  return {
      {"add", [=] { add(a, b); },
       "add: shapes differ, [2,3] and [3,2]; expected equal ranks, and sizes that are equal or 1"},
      {"add of another rank", [=] { add(a, c); }, "add: shapes differ, [2,3] and [2]"},
      {"div", [=] { div(a, b); }, "div: shapes differ"},
      {"sub", [=] { sub(a, b); }, "sub: shapes differ"},
      {"mul", [=] { mul(a, b); }, "mul: shapes differ"},
      {"mse", [=] { mse(a, b); }, "mse: shapes differ"},
      {"mse of nothing", [=] { mse(empty, empty); }, "at least one element"},
      {"mean of nothing", [=] { mean(empty); }, "at least one element"},
      {"matmul", [=] { matmul(a, a); }, "matmul: expects [M,K] and [K,N], got [2,3] and [2,3]"},
      {"linear", [=] { linear(a, b); }, "weight [3,2] expects 2 inputs, got x [2,3]"},
      {"linear bias", [=] { linear(a, a, ones({3})); }, "needs a bias [2], got [3]"},
      {"linear rank", [=] { linear(image, a); }, "linear: x must be [N,in]"},
      {"unit_rows", [=] { unit_rows(image); }, "unit_rows: x must be [N,K], got [1,2,4,4]"},
      {"conv2d channels",
       [=] {
         conv2d(image, ones({1, 3, 3, 3}));
       },
       "conv2d: weight [1,3,3,3] expects 3 input channels, got x [1,2,4,4]"},
      {"conv2d rank", [=] { conv2d(a, image); }, "conv2d: x must be [N,C,H,W], got [2,3]"},
      {"conv2d weight rank", [=] { conv2d(image, a); }, "weight must be [K,C,R,S]"},
      {"conv2d bias",
       [=] {
         conv2d(image, ones({1, 2, 3, 3}), c);
       },
       "needs a bias [1], got [2]"},
      {"conv2d size",
       [=] {
         conv2d(image, ones({1, 2, 5, 5}));
       },
       "kernel 5x5 does not fit x"},
      {"conv2d stride",
       [=] {
         conv2d(image, ones({1, 2, 3, 3}), {}, {.stride = 0});
       },
       "stride must be positive, got 0x0"},
      {"conv2d padding",
       [=] {
         conv2d(image, ones({1, 2, 3, 3}), {}, {.padding = -1});
       },
       "padding must not be negative"},
      {"conv2d dilation",
       [=] {
         conv2d(image, ones({1, 2, 3, 3}), {}, {.dilation = 0});
       },
       "dilation must be positive, got 0x0"},
      {"conv2d dilated beyond the image",
       [=] {
         conv2d(image, ones({1, 2, 3, 3}), {}, {.dilation = {1, 2}});
       },
       "kernel 3x5 does not fit x [1,2,4,4]"},
      {"conv2d groups",
       [=] {
         conv2d(image, ones({3, 1, 3, 3}), {}, {.groups = 2});
       },
       "groups must divide the 3 output channels of weight [3,1,3,3], got 2"},
      {"conv2d no groups",
       [=] {
         conv2d(image, ones({2, 2, 3, 3}), {}, {.groups = 0});
       },
       "output channels of weight [2,2,3,3], got 0"},
      {"conv2d channels of groups",
       [=] {
         conv2d(image, ones({2, 2, 3, 3}), {}, {.groups = 2});
       },
       "weight [2,2,3,3] expects 4 input channels, got x [1,2,4,4]"},
      {"max_pool2d", [=] { max_pool2d(image, {.kernel = 5}); }, "kernel 5x5 does not fit x"},
      {"max_pool2d rank", [=] { max_pool2d(a); }, "max_pool2d: x must be [N,C,H,W]"},
      {"avg_pool2d", [=] { avg_pool2d(image, {.kernel = 0}); }, "kernel must be positive"},
      {"avg_pool2d stride", [=] { avg_pool2d(image, {.stride = -1}); }, "stride must be positive"},
      {"global_avg_pool2d", [=] { global_avg_pool2d(a); }, "global_avg_pool2d: x must be"},
      {"max_pool2d dilation", [=] { max_pool2d(image, {.dilation = 0}); },
       "dilation must be positive"},
      {"max_pool2d beyond a last window that sticks out",
       [=] { max_pool2d(image, {.kernel = 6, .stride = 2, .ceil_mode = true}); },
       "kernel 6x6 does not fit x"},
      {"adaptive_avg_pool2d", [=] { adaptive_avg_pool2d(a, 1); }, "adaptive_avg_pool2d: x must be"},
      {"adaptive_max_pool2d",
       [=] {
         adaptive_max_pool2d(image, {2, 0});
       },
       "adaptive_max_pool2d: size must be positive, got 2x0"},
      {"layer_norm", [=] { layer_norm(image); }, "layer_norm: x must be [M,K], got [1,2,4,4]"},
      {"layer_norm eps", [=] { layer_norm(a, 0); }, "layer_norm: eps must be positive, got 0"},
      {"local_response_norm", [=] { local_response_norm(a); },
       "local_response_norm: x must be [N,C,H,W], got [2,3]"},
      {"local_response_norm size", [=] { local_response_norm(image, {.size = 0}); },
       "size must be positive, got 0"},
      {"elu", [=] { elu(a, -1); }, "elu: alpha must not be negative"},
      {"batch_norm2d", [=] { batch_norm2d(image, c, c, c, ones({3})); }, "[2], got [3]"},
      {"batch_norm2d rank", [=] { batch_norm2d(a, c, c, c, c); }, "x must be [N,C,H,W]"},
      {"batch_norm2d of one value",
       [=] {
         batch_norm2d(ones({1, 2, 1, 1}), c, c, c, c);
       },
       "training needs more than one value per channel"},
      {"dropout",
       [=] {
         Rng rng;
         dropout(a, 1, rng);
       },
       "dropout: p must be in [0, 1), got 1"},
      {"reshape", [=] { reshape(a, {4}); }, "reshape: [2,3] has 6 elements, [4] needs 4"},
      {"flatten", [=] { flatten(Tensor::scalar(1)); }, "flatten: expects [N,..]"},
      {"softmax", [=] { softmax(image); }, "softmax: x must be [N,K]"},
      {"log_softmax", [=] { log_softmax(c); }, "log_softmax: x must be [N,K]"},
      {"cross_entropy",
       [=] {
         cross_entropy(a, {0, 3});
       },
       "index 3 is outside x [2,3]"},
      {"cross_entropy count", [=] { cross_entropy(a, {0}); }, "needs 2 indices, got 1"},
      {"cross_entropy smoothing",
       [=] {
         cross_entropy(a, {0, 1}, 1);
       },
       "in [0, 1), got 1"},
      {"cross_entropy of nothing", [=] { cross_entropy(empty, {}); }, "at least one row"},
      {"gather",
       [=] {
         gather(a, 1, {-1, 0});
       },
       "gather: index -1 is outside axis 1 of x [2,3]"},
      {"gather count",
       [=] {
         gather(a, 1, {0, 0, 0});
       },
       "gather: x [2,3] along axis 1 needs as many indices for each of 2 lines, got 3"},
      {"gather axis", [=] { gather(a, 2, {}); }, "gather: axis 2 is outside x [2,3]"},
      {"gather from nothing",
       [=] {
         gather(ones({2, 0}), 0, {0});
       },
       "of 0 lines, got 1"},
      {"at", [=] { at(a, {1}); }, "at: x [2,3] needs 2 coordinates, got 1"},
      {"at outside",
       [=] {
         at(a, {1, 3});
       },
       "coordinate 3 is outside dimension 1"},
      {"narrow", [=] { narrow(a, 1, 2, 2); },
       "narrow: 2 entries from 2 on are outside axis 1 of x [2,3]"},
      {"narrow beginning", [=] { narrow(a, 1, -1, 1); }, "1 entries from -1 on"},
      {"narrow to less than nothing", [=] { narrow(a, 1, 1, -1); }, "-1 entries from 1 on"},
      {"narrow axis", [=] { narrow(a, -1, 0, 1); }, "narrow: axis -1 is outside x [2,3]"},
      {"cat",
       [=] {
         cat({a, b}, 0);
       },
       "cat: shapes differ beside axis 0, [2,3] and [3,2]"},
      {"cat rank",
       [=] {
         cat({a, c}, 0);
       },
       "cat: shapes differ beside axis 0, [2,3] and [2]"},
      {"cat of nothing", [=] { cat({}, 0); }, "cat: expects at least one tensor"},
      {"cat axis",
       [=] {
         cat({c, c}, 1);
       },
       "cat: axis 1 is outside x [2]"},
      {"sum", [=] { sum(a, {2}); }, "sum: axis 2 is outside x [2,3]"},
      {"mean axis", [=] { mean(a, {-1}); }, "mean: axis -1 is outside x [2,3]"},
      {"mean of an empty axis", [=] { mean(empty, {0}); }, "at least one element"},
      {"max", [=] { max(a, 2); }, "max: axis 2 is outside x [2,3]"},
      {"argmax", [=] { argmax(empty, 0); }, "argmax: axis 0 of x [0,3] is empty"},
      {"normalise", [=] { normalise(image, {0}, {1}); }, "needs 2 means"},
      {"normalise rank", [=] { normalise(a, {0}, {1}); }, "normalise: x must be [N,C,H,W]"},
      {"normalise std",
       [=] {
         normalise(image, {0, 0}, {1, 0});
       },
       "std must be positive"},
      {"pad", [=] { pad(image, {.top = -3, .bottom = -2}); }, "crops more than there is"},
      {"pad rank", [=] { pad(a, {}); }, "pad: x must be [N,C,H,W]"},
      {"affine_sample", [=] { affine_sample(a, {}); }, "affine_sample: x must be [N,C,H,W]"},
      {"affine_sample scale", [=] { affine_sample(image, {.scale = 0}); },
       "affine_sample: scale must be positive, got 0"},
      {"hartley2d", [=] { hartley2d(a); }, "hartley2d: x must be [N,C,H,W], got [2,3]"},
      {"total_variation", [=] { total_variation(a); }, "total_variation: x must be [N,C,H,W]"},
      {"total_variation beta", [=] { total_variation(image, {.beta = 0}); }, "must be positive"},
      {"total_variation eps", [=] { total_variation(image, {.eps = -1}); }, "not be negative"},
      {"alpha_norm", [=] { alpha_norm(a, 0.5); }, "alpha must be at least 1"},
      {"item", [=] { a.item(); }, "item: expects one element"},
      {"backward", [=] { a.clone().requires_grad(true).backward(); }, "starts from a scalar"},
      {"from", [=] { Tensor::from({2}, {1}); }, "shape [2] needs 2 values, got 1"},
  };
}

}  // namespace glass::testing
