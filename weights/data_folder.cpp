#include "weights/data_folder.hpp"

#include <algorithm>
#include <filesystem>

#include "weights/cifar10.hpp"
#include "weights/idx.hpp"

namespace glass::inline GLASS_PRECISION::training {

namespace {

/// The path of `name` or of `name.gz`; empty if there is neither.
std::string find(const std::filesystem::path& folder, const std::string& name) {
  for (const std::filesystem::path& path : {folder / name, folder / (name + ".gz")}) {
    if (std::filesystem::exists(path)) return path.string();
  }
  return {};
}

std::string expect(const std::string& folder, const std::string& name) {
  const std::string path = find(folder, name);
  if (path.empty()) throw FileError(folder + ": expected " + name + " or " + name + ".gz in it");
  return path;
}

DataFolder read_idx_folder(const std::string& folder, Index classes) {
  const auto read = [&](const std::string& part) {
    return read_idx(expect(folder, part + "-images-idx3-ubyte"),
                    expect(folder, part + "-labels-idx1-ubyte"), classes);
  };
  return {.training = read("train"), .validation = {}, .test = read("t10k")};
}

DataFolder read_cifar10_folder(const std::string& folder, Index classes) {
  std::vector<std::string> training;
  for (int i = 1; i <= 5; ++i) training.push_back(expect(folder, text("data_batch_", i, ".bin")));
  return {.training = read_cifar10(training, classes),
          .validation = {},
          .test = read_cifar10({expect(folder, "test_batch.bin")}, classes)};
}

void check_shape(const std::string& folder, const Shape& found, const Shape& expected) {
  if (found == expected) return;
  throw FileError(
      text(folder, ": the network takes images of ", expected, ", found images of ", found));
}

}  // namespace

DataFolder read_data_folder(const std::string& folder, const Shape& image_shape, Index classes) {
  if (!std::filesystem::is_directory(folder)) throw IoError(folder + ": no such folder");
  const bool has_idx = !find(folder, "train-images-idx3-ubyte").empty();
  const bool has_cifar10 = !find(folder, "data_batch_1.bin").empty();
  if (!has_idx && !has_cifar10) {
    throw FileError(folder +
                    ": no data set in it; expected train-images-idx3-ubyte[.gz] and its companions "
                    "(MNIST) or data_batch_1.bin[.gz] and its companions (CIFAR-10)");
  }
  const bool cifar10 = has_cifar10 && (image_shape == cifar10_shape || !has_idx);
  if (cifar10) check_shape(folder, cifar10_shape, image_shape);
  DataFolder data =
      cifar10 ? read_cifar10_folder(folder, classes) : read_idx_folder(folder, classes);
  check_shape(folder, data.training.image_shape, image_shape);
  check_shape(folder, data.test.image_shape, image_shape);
  const Index count = data.training.size();
  if (count < 2) throw FileError(folder + ": expected at least 2 training images, found 1");
  data.validation = split_last(data.training, std::clamp<Index>(count / 10, 1, 5000));
  return data;
}

}  // namespace glass::inline GLASS_PRECISION::training
