#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "run_program.hpp"

/// Small data files in the formats of MNIST and CIFAR-10, written by the tests themselves.
namespace data_files {

inline void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
  return bytes;
}

/// `pixels` holds count x side x side bytes.
inline std::string idx_images(std::uint32_t count, std::uint32_t side, const std::string& pixels) {
  return big_endian(2051) + big_endian(count) + big_endian(side) + big_endian(side) + pixels;
}

inline std::string idx_labels(const std::string& labels) {
  return big_endian(2049) + big_endian(static_cast<std::uint32_t>(labels.size())) + labels;
}

inline std::string gzipped(const std::string& bytes) {
  const TemporaryFolder folder;
  write(folder / "file", bytes);
  run_program("gzip -n '" + (folder / "file") + "'");
  return slurp(folder / "file.gz");
}

/// Images of 12 x 12 pixels in which a bright square of 4 x 4 lies at the left (class 0), in the
/// middle (1) or at the right (2), at a height and on a background that vary.
inline void write_squares(const std::string& images_path, const std::string& labels_path,
                          std::uint32_t count, std::uint32_t seed) {
  std::uint32_t state = seed;
  const auto random = [&](std::uint32_t n) {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % n;
  };
  std::string pixels, labels;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t label = random(3), top = random(9), left = 4 * label;
    for (std::uint32_t y = 0; y < 12; ++y) {
      for (std::uint32_t x = 0; x < 12; ++x) {
        const bool inside = y >= top && y < top + 4 && x >= left && x < left + 4;
        pixels += static_cast<char>(inside ? 155 + random(100) : random(100));
      }
    }
    labels += static_cast<char>(label);
  }
  write(images_path, idx_images(count, 12, pixels));
  write(labels_path, idx_labels(labels));
}

/// A folder as MNIST's, with squares instead of digits.
inline void write_square_folder(const TemporaryFolder& folder, std::uint32_t training = 320) {
  write_squares(folder / "train-images-idx3-ubyte", folder / "train-labels-idx1-ubyte", training,
                1);
  write_squares(folder / "t10k-images-idx3-ubyte", folder / "t10k-labels-idx1-ubyte", 60, 2);
}

/// A folder as MNIST's or CIFAR-10's, with little noise instead of many images.
inline void write_noise_folder(const std::string& folder, bool cifar) {
  std::filesystem::create_directories(folder);
  std::uint32_t state = 1;
  const auto bytes = [&](std::size_t count) {
    std::string out(count, '\0');
    for (char& byte : out) byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return out;
  };
  constexpr std::uint32_t images = 60;
  if (cifar) {
    for (const char* name : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
                             "data_batch_5", "test_batch"}) {
      std::string records;
      for (char label = 0; label < 10; ++label) records += label + bytes(3 * 32 * 32);
      write(folder + "/" + name + ".bin", records);
    }
    return;
  }
  for (const char* name : {"train", "t10k"}) {
    std::string labels;
    for (std::uint32_t i = 0; i < images; ++i) labels += static_cast<char>(i % 10);
    const std::string path = folder + "/" + name;
    write(path + "-images-idx3-ubyte", idx_images(images, 28, bytes(images * 28 * 28)));
    write(path + "-labels-idx1-ubyte", idx_labels(labels));
  }
}

/// A network for the squares.
inline const std::string square_model = R"({"name": "squares",
 "input": {"shape": [1, 12, 12], "mean": [0.3], "std": [0.3]},
 "classes": ["left", "middle", "right"],
 "layers": [{"type": "Conv2d", "in_channels": 1, "out_channels": 8, "kernel_size": 3, "padding": 1},
            {"type": "BatchNorm2d", "num_features": 8},
            {"type": "ReLU"},
            {"type": "Conv2d", "in_channels": 8, "out_channels": 8, "kernel_size": 3, "padding": 1},
            {"type": "ReLU"},
            {"type": "MaxPool2d", "kernel_size": 2},
            {"type": "Flatten"},
            {"type": "Linear", "in_features": 288, "out_features": 3}],
 "weights": "squares.safetensors"}
)";

}  // namespace data_files
