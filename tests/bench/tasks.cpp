#include "tasks.hpp"

#include <algorithm>
#include <memory>

#include "autograd/kernels.hpp"
#include "autograd/ops.hpp"
#include "autograd/trace.hpp"
#include "nets.hpp"
#include "nn/inference.hpp"
#include "optim/adam.hpp"

namespace glass::bench {

namespace {

std::vector<Index> labels(Index n) {
  std::vector<Index> labels;
  for (Index i = 0; i < n; ++i) labels.push_back(i % 10);
  return labels;
}

/// Activation maximisation: forward, -class logit + TV, backward to the images alone, Adam.
Task maximise(Net made, Index n) {
  const auto net = std::make_shared<Net>(std::move(made));
  Rng rng(1);
  const Tensor images = Tensor::randn(net->batch(n), rng).requires_grad(true);
  net->layers.eval();
  net->layers.requires_grad(false);
  const auto adam =
      std::make_shared<optim::Adam>(std::vector{images}, optim::AdamOptions{.lr = 0.05});
  const auto step = [=, classes = labels(n)] {
    adam->zero_grad();
    const Tensor score = sum(gather(net->layers(images), 1, classes));
    (1e-3 * total_variation(images) - score).backward();
    adam->step();
  };
  return {step, 2 * static_cast<double>(n) * forward_flops(*net)};
}

/// The same, with a tape to read of each step.
Task maximise_on_tape(Net made, Index n) {
  const Task silent = maximise(std::move(made), n);
  const auto step = [=] {
    const Trace trace;
    silent.step();
  };
  return {step, silent.flops};
}

/// Forward, cross-entropy, backward to the weights, Adam.
Task train(Net made, Index n) {
  const auto net = std::make_shared<Net>(std::move(made));
  Rng rng(1);
  const Tensor images = Tensor::randn(net->batch(n), rng);
  net->layers.train();
  net->layers.requires_grad(true);
  const auto adam = std::make_shared<optim::Adam>(nn::tensors(net->layers.parameters()));
  const auto step = [=, classes = labels(n)] {
    adam->zero_grad();
    cross_entropy(net->layers(images), classes).backward();
    adam->step();
  };
  return {step, 3 * static_cast<double>(n) * forward_flops(*net)};
}

Task infer(Net made, Index n) {
  const auto net = std::make_shared<Net>(std::move(made));
  Rng rng(1);
  const Tensor images = Tensor::randn(net->batch(n), rng);
  net->layers.eval();
  const auto step = [=] { nn::infer([&](const Tensor& x) { return net->layers(x); }, images); };
  return {step, static_cast<double>(n) * forward_flops(*net)};
}

}  // namespace

Task sgemm(long size) {
  Rng rng(1);
  const Tensor a = Tensor::randn({size, size}, rng), b = Tensor::randn({size, size}, rng);
  const Tensor c = Tensor::empty({size, size});
  const auto step = [=] {
    kernels::gemm(size, size, size, {a.data(), size}, {b.data(), size}, c.mutable_data(), size);
  };
  const auto n = static_cast<double>(size);
  return {step, 2 * n * n * n};
}

const std::vector<NamedTask>& tasks() {
  static const std::vector<NamedTask> all = {
      {"am_mnist_b1", [] { return maximise(mnist_net(), 1); }},
      {"am_mnist_b1_tape", [] { return maximise_on_tape(mnist_net(), 1); }},
      {"am_mnist_b10", [] { return maximise(mnist_net(), 10); }},
      {"am_cifar_b1", [] { return maximise(cifar_net(), 1); }},
      {"am_cifar_b10", [] { return maximise(cifar_net(), 10); }},
      {"am_vgg16_b1", [] { return maximise(vgg16_net(), 1); }},
      {"am_resnet18_b1", [] { return maximise(resnet18_net(), 1); }},
      {"am_mobilenet_b1", [] { return maximise(mobilenet_net(), 1); }},
      {"train_mnist_b64", [] { return train(mnist_net(), 64); }},
      {"train_cifar_b128", [] { return train(cifar_net(), 128); }},
      {"infer_mnist_b256", [] { return infer(mnist_net(), 256); }},
      {"infer_cifar_b256", [] { return infer(cifar_net(), 256); }},
      {"sgemm_1024", [] { return sgemm(1024); }}};
  return all;
}

Task make_task(const std::string& name) {
  return std::ranges::find(tasks(), name, &NamedTask::name)->make();
}

}  // namespace glass::bench
