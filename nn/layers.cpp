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
      {"BatchNorm2d", make<BatchNorm2d, BatchNormArguments>},
      {"BatchNorm1d", make<BatchNorm1d, BatchNormArguments>},
      {"GroupNorm", make<GroupNorm, GroupNormArguments>},
      {"LayerNorm", make<LayerNorm, LayerNormArguments>},
      {"LocalResponseNorm", make<LocalResponseNorm, LocalResponseNormArguments>},
      {"ReLU", make<ReLU>},
      {"ReLU6", make<ReLU6>},
      {"LeakyReLU", make<LeakyReLU, LeakyReLUArguments>},
      {"PReLU", make<PReLU, PReLUArguments>},
      {"ELU", make<ELU, ELUArguments>},
      {"Tanh", make<Tanh>},
      {"Sigmoid", make<Sigmoid>},
      {"SiLU", make<SiLU>},
      {"GELU", make<GELU, GELUArguments>},
      {"Hardswish", make<Hardswish>},
      {"Hardsigmoid", make<Hardsigmoid>},
      {"MaxPool2d", make<MaxPool2d, MaxPool2dArguments>},
      {"AvgPool2d", make<AvgPool2d, AvgPool2dArguments>},
      {"AdaptiveAvgPool2d", make<AdaptiveAvgPool2d, AdaptivePool2dArguments>},
      {"AdaptiveMaxPool2d", make<AdaptiveMaxPool2d, AdaptivePool2dArguments>},
      {"ZeroPad2d", make<ZeroPad2d, ZeroPad2dArguments>},
      {"Identity", make<Identity>},
      {"Dropout", make<Dropout, DropoutArguments>},
      {"Dropout2d", make<Dropout2d, DropoutArguments>},
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
