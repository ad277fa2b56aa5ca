#include <doctest/doctest.h>

#include "expected_tensors.hpp"
#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/safetensors.hpp"
#include "programs.hpp"
#include "skip.hpp"
#include "viz/pictures/png.hpp"

using namespace glass;
namespace fs = std::filesystem;

namespace {

/// A Python that has PyTorch; empty if there is none.
std::string python_with_torch() {
  for (const std::string python : {"/usr/bin/python3", "python3"}) {
    if (run_program(python + " -c 'import torch'").code == 0) return python;
  }
  return {};
}

/// The shipped models, written by our writers, each with a picture of its size. Its pixels are moved
/// a little: where they are equal, so are the values in a window of max pooling, and rounding alone
/// decides which of them gets the gradient.
void write_shipped_models(const TemporaryFolder& folder) {
  for (const char* name : {"mnist-cnn", "mnist-robust", "mnist-judge", "cifar10-cnn",
                           "cifar10-robust", "cifar10-judge", "fashion-cnn", "fashion-robust",
                           "fashion-judge", "cifar10-resnet", "cifar10-resnet-robust", "tiny"}) {
    nn::Model model = nn::load_model(text(weights_folder, name, ".json"));
    model.weights = text(name, ".safetensors");
    nn::save_model(model, folder / text(name, ".json"));
    const Index channels = model.input_shape[0];
    const std::string& picture = channels == 1 ? digit_png : boat_png;
    const Tensor x = viz::to_tensor(viz::read_png(picture, channels));
    Rng rng(0);
    for (real& pixel : x.mutable_values()) pixel += static_cast<real>(rng.uniform(0, 0.01));
    nn::StoredTensors input;
    for (const Index dim : x.shape()) {
      input["input"].shape.push_back(static_cast<std::uint64_t>(dim));
    }
    input["input"].values.assign(x.values().begin(), x.values().end());
    const std::string path = folder / text(name, ".input.safetensors");
    nn::write_file(path, nn::to_safetensors(input, path));
  }
}

nn::Model frozen(const std::string& path) {
  nn::Model model = nn::load_model(path);
  model.eval();
  model.requires_grad(false);
  return model;
}

void compare(const std::string& base) {
  nn::Model model = frozen(base + ".json");
  const std::string path = base + ".expected.safetensors";
  const nn::StoredTensors expected = nn::parse_safetensors(nn::read_file(path), path);
  Tensor pixels = to_tensor(expected.at("input")).requires_grad(true);
  const Tensor output = model(pixels);
  at(output, {0, 1}).backward();
  CHECK_MESSAGE(distance(output, to_tensor(expected.at("output"))) < 1e-4, base);
  CHECK_MESSAGE(distance(pixels.grad(), to_tensor(expected.at("gradient"))) < 1e-4, base);
}

/// The same for three pictures of noise. In a network of many ReLUs and max poolings rounding may
/// send the gradient another way, around one place of one picture; a mistake errs in the same place of
/// all. So of each pixel the smallest of the three distances counts.
void compare_noise(const std::string& base) {
  nn::Model model = frozen(base + ".json");
  const std::string path = base + ".expected.safetensors";
  const nn::StoredTensors expected = nn::parse_safetensors(nn::read_file(path), path);
  Tensor pixels = to_tensor(expected.at("input")).requires_grad(true);
  const Tensor output = model(pixels), gradient = to_tensor(expected.at("gradient"));
  sum(narrow(output, 1, output.shape()[1] - 1, 1)).backward();
  CHECK_MESSAGE(distance(output, to_tensor(expected.at("output"))) < 1e-4, base);

  const Index size = gradient.size() / 3;
  std::vector<double> least(static_cast<std::size_t>(size), 1e9);
  for (Index n = 0; n < 3; ++n) {
    const real *found = pixels.grad().data() + n * size, *wanted = gradient.data() + n * size;
    double largest = 0;
    for (Index i = 0; i < size; ++i) largest = std::max<double>(largest, std::abs(wanted[i]));
    for (Index i = 0; i < size; ++i) {
      double& pixel = least[static_cast<std::size_t>(i)];
      pixel = std::min<double>(pixel, std::abs(found[i] - wanted[i]) / largest);
    }
  }
  CHECK_MESSAGE(std::ranges::max(least) < 1e-3, base);
}

/// What `script` writes into a folder, compared with our program's answers. -> how many networks
int compare_with(const std::string& script, const std::string& python) {
  const TemporaryFolder folder;
  const Run run = run_program(python + " " GLASS_SOURCE_DIR "/tests/" + script + " " +
                              GLASS_SOURCE_DIR " '" + (folder / "") + "'");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  int models = 0;
  for (const auto& entry : fs::directory_iterator(folder / "")) {
    if (entry.path().extension() != ".json") continue;
    compare_noise(folder / entry.path().stem().string());
    ++models;
  }
  return models;
}

}  // namespace

TEST_CASE("networks go to PyTorch and come from it with their answers, gradients and bytes") {
  const std::string python = python_with_torch();
  if (python.empty()) return skip("no python3 with torch");
  const TemporaryFolder folder;
  write_shipped_models(folder);
  const Run run = run_program(python + " " GLASS_SOURCE_DIR "/tests/test_pytorch.py " +
                              GLASS_SOURCE_DIR " '" + (folder / "") + "'");
  REQUIRE_MESSAGE(run.code == 0, run.err);
  int models = 0;
  for (const auto& entry : fs::directory_iterator(folder / "")) {
    if (entry.path().extension() != ".json") continue;
    const std::string name = entry.path().stem().string();
    compare(folder / name);
    for (const char* extension : {".json", ".safetensors"}) {
      CHECK_MESSAGE(
          slurp(folder / (name + extension)) == slurp(folder / ("again/" + name + extension)), name,
          extension);
    }
    ++models;
  }
  CHECK(models == 12 + 40);
}

TEST_CASE("networks as people write them, and of torchvision, answer here as in PyTorch") {
  const std::string python = python_with_torch();
  if (python.empty()) return skip("no python3 with torch");
  CHECK(compare_with("test_pytorch_networks.py", python) == 9);
  if (run_program(python + " -c 'import torchvision'").code != 0) return skip("no torchvision");
  CHECK(compare_with("test_pytorch_networks.py --torchvision", python) == 7);
}

TEST_CASE("pytorch.py compares what it writes with viz") {
  const std::string python = python_with_torch();
  if (python.empty()) return skip("no python3 with torch");
  const TemporaryFolder folder;
  const Run run = run_program("PYTHONDONTWRITEBYTECODE=1 " + python +
                              " " GLASS_SOURCE_DIR "/weights/pytorch.py export " GLASS_SOURCE_DIR
                              "/tests/pytorch_networks.py:LeNet5 '" +
                              (folder / "lenet5.json") + "' --input 1,28,28 --viz " + viz_program);
  CHECK_MESSAGE(run.code == 0, run.err);
  CHECK_MESSAGE(run.out.find("by " + viz_program + ": outputs of noise") != run.out.npos, run.out);
}

TEST_CASE("networks out of ONNX files answer here as in PyTorch") {
  const std::string python = python_with_torch();
  if (python.empty()) return skip("no python3 with torch");
  if (run_program(python + " -c 'import onnx'").code != 0) return skip("no python3 with onnx");
  CHECK(compare_with("test_onnx.py", python) == 14);
}
