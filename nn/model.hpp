#pragma once

#include <cstdint>
#include <map>

#include "autograd/ops.hpp"
#include "nn/sequential.hpp"

namespace glass::nn {

/// A network with what is needed to use it: the shape and normalisation of its input, the names of
/// its classes and its layers. Input pixels are in [0, 1]; normalisation by `mean` and `std` is the
/// first operation on the tape, so that the gradient reaches the pixels themselves.
class Model final : public Module {
 public:
  std::string name;               ///< as the description gives it
  Shape input_shape;              ///< [C,H,W]
  std::vector<double> mean, std;  ///< per channel; both empty: not normalised
  std::vector<double> usual;  ///< pixel that most are or vary around, per channel; empty: not told
  double variation = 0;       ///< mean |dx| + |dy| of neighbouring pixels in the data; 0: not told
  std::vector<std::string> classes;  ///< may be empty
  /// Options of `viz maximise` that suit this network, by name, in place of the general defaults.
  std::map<std::string, double> maximise;
  Sequential layers;    ///< what follows the normalisation
  std::string weights;  ///< weight file, relative to the description's folder; may be empty
  /// Description of another network, by which pictures of this one are judged; as `weights`.
  std::string judge;

  const char* type() const override { return "Model"; }
  /// x[N,C,H,W] of pixels -> the last layer's output, as described.
  Tensor forward(const Tensor& x) override { return layers.forward(normalised(x)); }
  /// Index of the layer with this name, index or alias ("conv2"). Throws Error, listing the layers and
  /// suggesting one, if there is none.
  Index find(const std::string& layer) const { return layers.find(layer); }
  /// x -> output of that layer.
  Tensor forward_to(const std::string& layer, const Tensor& x) const {
    return layers.forward_to(find(layer), normalised(x));
  }

  /// The outputs of all layers up to and with the one at index `last`.
  std::vector<Tensor> outputs(Index last, const Tensor& x) const {
    return layers.outputs(last, normalised(x));
  }
  using Module::on_forward;
  /// See Sequential.
  void on_forward(const std::string& layer, std::function<void(const Tensor& output)> f) {
    layers.on_forward(layer, std::move(f));
  }
  // What the output says of the classes. Everybody who speaks of classes asks here:
  //
  //     ends in               outputs   classes   logits                    probabilities
  //     Softmax, LogSoftmax   K > 1     K         z, what goes into it      softmax(z)
  //     anything else         K > 1     K         z, the output             softmax(z)
  //     Sigmoid               K > 1     K         z, what goes into it      sigmoid(z), each alone
  //     Sigmoid               1         2         (-z, z), z goes into it   sigmoid(-z), sigmoid(z)
  //     anything else         1         2         (-z, z), z the output     sigmoid(-z), sigmoid(z)
  //
  // One output answers one question: class 1 is yes, class 0 no. Nothing depends on Flatten and
  // Dropout at the very end, which change no answer.

  /// How many classes the network tells apart. Throws FileError unless its output is [N,outputs],
  /// and for a Softmax of one output, which is always 1.
  Index class_count() const;
  /// True if each class's probability is the sigmoid of its own logit: not all a softmax together.
  bool sigmoids() const;
  /// Index of the layer whose output becomes the logits; negative if there is none.
  Index logits_layer() const;
  /// Output of that layer -> [N,classes].
  Tensor class_logits(const Tensor& output) const;

  /// x[N,C,H,W] of pixels -> the logits, [N,classes].
  Tensor logits(const Tensor& x) const {
    return class_logits(layers.forward_to(logits_layer(), normalised(x)));
  }
  /// logits[N,classes] -> the same shape.
  Tensor probabilities(const Tensor& logits) const;
  /// Their logarithms, safe for logits of any size. logits[N,classes] -> the same shape.
  Tensor log_probabilities(const Tensor& logits) const;
  /// What training makes small, for logits[N,classes] -> []: their `cross_entropy` with the labels;
  /// of sigmoids the binary cross-entropy, the mean over images and classes k of
  ///
  ///     -t log p_k - (1 - t) log(1 - p_k),  t = 1 if k is the label, else 0
  ///
  /// `smoothing` in [0, 1) of each target is spread evenly over what it chooses from: all classes,
  /// or yes and no. Throws ShapeError as `cross_entropy` does.
  Tensor loss(const Tensor& logits, const std::vector<Index>& labels, double smoothing = 0) const;

  /// Throws Error, naming the layer, if so many images are too few to train on: where batch
  /// normalisation would see a single value of a channel, whose deviation from itself is always 0.
  void check_batch(Index images) const;

  Shape output_shape(const Shape& input) const override { return layers.output_shape(input); }
  std::vector<Child> children() override { return {{"", &layers}}; }
  /// A table of the layers, one line each, for one image: what they are, their output's shape,
  /// their parameters, and how many input pixels one output element sees (its receptive field).
  std::string summary() const;

 private:
  Tensor normalised(const Tensor& x) const { return mean.empty() ? x : normalise(x, mean, std); }
};

/// The random numbers of layer `i` of a network made from `seed`.
Rng layer_rng(std::uint64_t seed, Index i);
/// Initialises the layers from `seed`, each from a stream of random numbers of its own, so that
/// changing one layer leaves the others as they were.
void draw_parameters(Model& model, std::uint64_t seed);

}  // namespace glass::nn
