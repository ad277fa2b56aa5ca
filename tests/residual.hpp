#pragma once

#include <string>

#include "autograd/precision.hpp"

/// Networks that branch, as tests describe them.
namespace residual {

/// The layers of a description, one after the other.
class Layers {
 public:
  /// Adds one; -> its index, as inputs name it.
  std::string add(const std::string& fields) {
    text_ += (count_ > 0 ? ", {" : "{") + fields + "}";
    return std::to_string(count_++);
  }
  std::string conv(int in, int out, int kernel, int stride, const std::string& inputs = {}) {
    return add(glass::text(R"("type": "Conv2d", )", inputs, R"("in_channels": )", in,
                           R"(, "out_channels": )", out, R"(, "kernel_size": )", kernel,
                           R"(, "stride": )", stride, R"(, "padding": )", kernel / 2,
                           R"(, "bias": false)"));
  }
  std::string norm(int channels) {
    return add(glass::text(R"("type": "BatchNorm2d", "num_features": )", channels));
  }
  std::string relu() { return add(R"("type": "ReLU")"); }
  /// relu(f(x) + x) for f of two convolutions; with another width or stride, x through a third.
  std::string block(const std::string& x, int in, int out, int stride) {
    conv(in, out, 3, stride);
    norm(out);
    relu();
    conv(out, out, 3, 1);
    const std::string f = norm(out);
    std::string shortcut = x;
    if (in != out || stride != 1) {
      conv(in, out, 1, stride, R"("inputs": [")" + x + R"("], )");
      shortcut = norm(out);
    }
    add(R"("type": "Add", "inputs": [")" + f + R"(", ")" + shortcut + R"("])");
    return relu();
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  int count_ = 0;
};

/// He et al.'s network for small images, with so many blocks of each of three widths: 3 are ResNet-20.
/// For images [1,size,size].
inline std::string description(int blocks, int width, int size) {
  Layers layers;
  layers.conv(1, width, 3, 1);
  layers.norm(width);
  std::string x = layers.relu();
  int in = width;
  for (int stage = 0; stage < 3; ++stage) {
    for (int block = 0; block < blocks; ++block) {
      const int out = width << stage;
      x = layers.block(x, in, out, out == in ? 1 : 2);
      in = out;
    }
  }
  layers.add(R"("type": "AdaptiveAvgPool2d", "output_size": 1)");
  layers.add(R"("type": "Flatten")");
  layers.add(glass::text(R"("type": "Linear", "in_features": )", in, R"(, "out_features": 10)"));
  return glass::text(R"({"name": "residual", "input": {"shape": [1, )", size, ", ", size,
                     R"(], "mean": [0.5], "std": [0.5]}, "layers": [)", layers.text(), "]}");
}

}  // namespace residual
