#include "nn/io/description_checks.hpp"

#include "nn/layer.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

/// [28,28,1], where [1,28,28] is meant: the order of other frameworks.
bool has_channels_last(const Shape& input) {
  return input[0] > 3 && input[0] == input[1] && (input[2] == 1 || input[2] == 3);
}

/// What nobody reads was forgotten somewhere: only the last output is that of the network.
void check_readers(const Sequential& layers, const std::string& path) {
  std::vector<bool> is_read(static_cast<std::size_t>(layers.size()));
  for (Index i = 0; i < layers.size(); ++i) {
    for (const Index j : layers.inputs(i)) {
      if (j >= 0) is_read[static_cast<std::size_t>(j)] = true;
    }
  }
  for (Index i = 0; i + 1 < layers.size(); ++i) {
    if (is_read[static_cast<std::size_t>(i)]) continue;
    throw FileError(path + ": " + printable(layers.title(i)) +
                    ": no later layer reads it; name it in the inputs of one");
  }
}

/// The output's shape for one picture. Throws ShapeError, naming a layer, if they do not fit each other
/// or the memory.
Shape output_shape(const Model& model) {
  const Shape& in = model.input_shape;
  check_size("input", in);
  std::vector<Shape> outputs;
  for (Index i = 0; i < model.layers.size(); ++i) {
    outputs.push_back(model.layers.output_shape(i, {1, in[0], in[1], in[2]}, outputs));
    check_size(model.layers.title(i) + ": output", outputs.back());
  }
  return outputs.back();
}

/// Layers must fit each other and the memory, and the class names the last one.
void check_shapes(const Model& model, const std::string& path) {
  const Shape& in = model.input_shape;
  Shape out;
  try {
    out = output_shape(model);
  } catch (const ShapeError& error) {
    throw FileError(path + ": " + shown(error) +
                    (has_channels_last(in) ? "; input.shape is [channels, height, width]" : ""));
  }
  const std::string first = model.layers.layer(0).type();
  if (has_channels_last(in) && first != "Conv2d" && first != "BatchNorm2d") {
    throw FileError(text(path, ": input.shape: expected [channels, height, width], such as [",
                         in[2], ",", in[0], ",", in[1], "], found ", in,
                         ", which looks like [height, width, channels]"));
  }
  const auto count = static_cast<Index>(model.classes.size());
  const bool one_output = out.rank() == 2 && out[1] == 1;  // whose classes are no and yes
  if (one_output && count > 0 && count != 2) {
    throw FileError(text(path, ": one output tells two classes apart, found ", count, " names"));
  }
  if (count > 0 && !one_output && (out.rank() != 2 || out[1] != count)) {
    throw FileError(text(path, ": ", count, " classes need an output [1,", count,
                         "], the last layer gives ", out));
  }
  Index parameters = 0;
  for (const Tensor& tensor : tensors(model.parameters())) parameters += tensor.size();
  if (parameters > most_values) {
    throw FileError(text(path, ": layers: ", parameters, " parameters in all, at most ",
                         most_values, " are allowed"));
  }
}

}  // namespace

std::string shown(const Error& error) {
  constexpr std::size_t longest = 1000;
  return printable(error.what(), longest);
}

void take_size(Model& model, Size2 size, const std::string& path) {
  const Shape given = model.input_shape, before = output_shape(model);
  const auto refuse = [&](const std::string& why) {
    throw FileError(
        text(path, ": made for pictures of ", Size2(given[1], given[2]), "; of ", size, ", ", why));
  };
  model.input_shape = {given[0], size.h, size.w};
  Shape after;
  try {
    after = output_shape(model);
  } catch (const ShapeError& error) {
    refuse(shown(error));
  }
  // Of a network without a head, more places are no other answers.
  if (before.rank() == 2 && after != before) {
    refuse(text("the last layer would give ", after, " and not ", before));
  }
}

void check_network(const Model& model, const std::string& path) {
  check_readers(model.layers, path);
  check_shapes(model, path);
}

}  // namespace glass::nn
