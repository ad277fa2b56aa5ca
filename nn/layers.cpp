#include "nn/layers.hpp"

namespace glass::nn {

namespace {

template <class Type>
std::unique_ptr<Layer> make(const ReadFields& read, Rng&) {
  read({});
  return std::make_unique<Type>();
}

template <class Type, class Arguments>
std::unique_ptr<Layer> make(const ReadFields& read, Rng& rng) {
  Arguments arguments;
  read(arguments.fields());
  if constexpr (std::is_constructible_v<Type, Arguments>) {
    return std::make_unique<Type>(arguments);
  } else {
    return std::make_unique<Type>(arguments, rng);
  }
}

}  // namespace

const std::vector<LayerType>& layer_types() {
  static const std::vector<LayerType> types{
      {"Conv2d", make<Conv2d, Conv2dArguments>},
      {"Linear", make<Linear, LinearArguments>},
      {"BatchNorm2d", make<BatchNorm2d, BatchNorm2dArguments>},
      {"ReLU", make<ReLU>},
      {"LeakyReLU", make<LeakyReLU, LeakyReLUArguments>},
      {"ELU", make<ELU, ELUArguments>},
      {"Tanh", make<Tanh>},
      {"Sigmoid", make<Sigmoid>},
      {"MaxPool2d", make<MaxPool2d, Pool2dArguments>},
      {"AvgPool2d", make<AvgPool2d, Pool2dArguments>},
      {"AdaptiveAvgPool2d", make<AdaptiveAvgPool2d, AdaptiveAvgPool2dArguments>},
      {"Dropout", make<Dropout, DropoutArguments>},
      {"Flatten", make<Flatten>},
      {"Add", make<Add>},
      {"Multiply", make<Multiply>},
      {"Concat", make<Concat, ConcatArguments>},
      {"Softmax", make<Softmax, SoftmaxArguments>},
      {"LogSoftmax", make<LogSoftmax, SoftmaxArguments>},
  };
  return types;
}

}  // namespace glass::nn
