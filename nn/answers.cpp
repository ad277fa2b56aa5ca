#include <string_view>

#include "nn/layer.hpp"
#include "nn/model.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

/// What layer i reads, or the first of it; negative if that is the input.
Index input_of(const Sequential& layers, Index i) { return layers.inputs(i).front(); }

/// Index of the last layer that can change an answer, or of the first of all that follows the input.
Index last_word(const Sequential& layers) {
  Index last = layers.size() - 1;
  while (says_nothing_new(layers.layer(last)) && input_of(layers, last) >= 0) {
    last = input_of(layers, last);
  }
  return last;
}

bool is_softmax(std::string_view type) { return type == "Softmax" || type == "LogSoftmax"; }

Shape output_of_one(const Model& model) {
  const Shape& in = model.input_shape;
  return model.output_shape({1, in[0], in[1], in[2]});
}

/// Each logit z as the pair (0, z), whose softmax is (1 - sigmoid(z), sigmoid(z)): what is safe for
/// softmax is safe for sigmoids then. [N,K] -> [N K,2]
Tensor pairs(const Tensor& logits) {
  const Tensor z = reshape(logits, {logits.size(), 1});
  return cat({Tensor::zeros(z.shape()), z}, 1);
}

}  // namespace

Index Model::class_count() const {
  const Shape out = output_of_one(*this);
  const std::string model = "model " + printable(name);
  if (out.rank() != 2) {
    throw FileError(text(model, ": expected an output [1,classes], got ", out));
  }
  if (logits_layer() < 0) {
    throw FileError(model +
                    ": expected a layer before the Sigmoid at its end, whose output are logits");
  }
  if (out[1] > 1) return out[1];
  const std::string type = layers.layer(last_word(layers)).type();
  if (is_softmax(type)) {
    throw FileError(text(model, ": its ", type, " has one output, which says the same of every ",
                         "picture; expected a Sigmoid, or two outputs"));
  }
  return 2;
}

bool Model::sigmoids() const {
  return layers.layer(last_word(layers)).type() == std::string_view("Sigmoid") ||
         output_of_one(*this).size() == 1;
}

Index Model::logits_layer() const {
  const Index last = last_word(layers);
  const std::string_view type = layers.layer(last).type();
  return is_softmax(type) || type == "Sigmoid" ? input_of(layers, last) : layers.size() - 1;
}

Tensor Model::class_logits(const Tensor& output) const {
  const Tensor z = output.shape().rank() == 2 ? output : flatten(output);
  return z.shape()[1] > 1 ? z : cat({-z, z}, 1);
}

Tensor Model::probabilities(const Tensor& logits) const {
  return sigmoids() ? sigmoid(logits) : softmax(logits);
}

Tensor Model::log_probabilities(const Tensor& logits) const {
  if (!sigmoids()) return log_softmax(logits);
  return reshape(narrow(log_softmax(pairs(logits)), 1, 1, 1), logits.shape());
}

Tensor Model::loss(const Tensor& logits, const std::vector<Index>& labels, double smoothing) const {
  if (!sigmoids()) return cross_entropy(logits, labels, smoothing);
  const Index N = logits.shape()[0], K = logits.shape()[1];
  require(static_cast<Index>(labels.size()) == N, "loss: logits ", logits.shape(), " need ", N,
          " labels, got ", labels.size());
  std::vector<Index> targets(static_cast<std::size_t>(N * K), 0);
  for (Index n = 0; n < N; ++n) {
    const Index label = labels[static_cast<std::size_t>(n)];
    require(label >= 0 && label < K, "loss: label ", label, " is outside logits ", logits.shape());
    targets[static_cast<std::size_t>(n * K + label)] = 1;
  }
  return cross_entropy(pairs(logits), targets, smoothing);
}

}  // namespace glass::nn
