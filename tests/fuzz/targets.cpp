#include "targets.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

#include "nn/data/cifar10.hpp"
#include "nn/data/gzip.hpp"
#include "nn/data/idx.hpp"
#include "nn/io/description.hpp"
#include "nn/io/json_weights.hpp"
#include "nn/io/safetensors.hpp"
#include "viz/objective.hpp"
#include "viz/pictures/jpeg.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

namespace fuzz {

namespace {

using namespace glass;

template <class Refusal = FileError, class Read>
void allow(const Read& read) {
  try {
    read();
  } catch (const Refusal&) {
  }
}

void check(bool ok, const char* what) {
  if (!ok) throw std::logic_error(what);
}

/// Bit by bit, so that NaN equals itself.
bool equal(const nn::StoredTensors& a, const nn::StoredTensors& b) {
  return std::ranges::equal(a, b, [](const auto& x, const auto& y) {
    return x.first == y.first && x.second.shape == y.second.shape &&
           std::ranges::equal(x.second.values, y.second.values, {}, std::bit_cast<unsigned, float>,
                              std::bit_cast<unsigned, float>);
  });
}

void safetensors(const std::string& bytes) {
  allow([&] {
    const nn::StoredTensors read = nn::parse_safetensors(bytes, "file");
    const std::string written = nn::to_safetensors(read, "file");
    check(equal(nn::parse_safetensors(written, "file"), read), "safetensors: written differently");
  });
}

void json_weights(const std::string& bytes) {
  allow([&] {
    const nn::StoredTensors read = nn::parse_json_weights(bytes, "file");
    const std::string written = nn::to_json_weights(read, "file");
    check(equal(nn::parse_json_weights(written, "file"), read), "weights: written differently");
  });
}

/// What is right may be large, up to a gigabyte of weights; that is not what is looked for here.
bool has_large_number(const std::string& bytes) {
  int digits = 0;
  for (const char c : bytes) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits > 4) return true;
  }
  return false;
}

void description(const std::string& bytes) {
  if (has_large_number(bytes)) return;
  allow([&] {
    const std::string written = nn::to_description(nn::parse_description(bytes, "file", 0), "file");
    const nn::Model again = nn::parse_description(written, "file", 0);
    check(nn::to_description(again, "file") == written, "description: written differently");
  });
}

void png(const std::string& bytes) {
  allow([&] {
    viz::decode_png_text(bytes, "file");
    for (const Index channels : {1, 3}) {
      const viz::Image image = viz::decode_png(bytes, "file", channels);
      const viz::Image again = viz::decode_png(viz::encode_png(image), "file", channels);
      check(again.pixels == image.pixels, "PNG: written differently");
    }
  });
}

void jpeg(const std::string& bytes) {
  allow([&] {
    for (const Index channels : {1, 3}) {
      const viz::Image image = viz::decode_jpeg(bytes, "file", channels);
      check(viz::decode_jpeg(bytes, "file", channels).pixels == image.pixels,
            "JPEG: decoded differently");
    }
  });
}

void npy(const std::string& bytes) {
  allow([&] { viz::parse_npy(bytes, "file"); });
}

/// The first two bytes say how many of the others are the labels.
void idx(const std::string& bytes) {
  if (bytes.size() < 2) return;
  const std::size_t size =
      static_cast<unsigned char>(bytes[0]) * 256u + static_cast<unsigned char>(bytes[1]);
  const std::string_view rest = std::string_view(bytes).substr(2);
  const std::size_t labels = std::min(size, rest.size());
  const std::string images_path = "images", labels_path = "labels";
  allow([&] {
    data::parse_idx({rest.substr(labels), images_path}, {rest.substr(0, labels), labels_path},
                    {1, 2, 2}, 10);
  });
}

void cifar10(const std::string& bytes) {
  allow([&] { data::parse_cifar10(bytes, "file", 10); });
}

void gzip(const std::string& bytes) {
  allow([&] {
    nn::InputFile file(bytes, "file");
    data::Content content(file);
    for (int i = 0; i < 16 && !content.next(1 << 16).empty(); ++i) {
    }
  });
}

void objective(const std::string& bytes) {
  static const nn::Model model = nn::parse_description(R"({"name": "small",
   "input": {"shape": [1, 6, 6]}, "classes": ["one", "two", "3"],
   "layers": [{"type": "Conv2d", "in_channels": 1, "out_channels": 2, "kernel_size": 3},
              {"type": "ReLU"}, {"type": "Flatten"},
              {"type": "Linear", "in_features": 32, "out_features": 3}]})",
                                                       "small", 0);
  static const Tensor images = Tensor::full({1, 1, 6, 6}, 0.5);
  if (bytes.find("direction") != bytes.npos) return;  // opens files
  allow<Error>([&] {
    const viz::Objective objective(model, bytes);
    const Index pictures = objective.pictures();
    for (Index n = 0; n < pictures; ++n) objective.label(model, n);
    if (pictures == 1) objective(model, images);
  });
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all{{"safetensors", safetensors},
                                       {"json-weights", json_weights},
                                       {"description", description},
                                       {"png", png},
                                       {"jpeg", jpeg},
                                       {"npy", npy},
                                       {"idx", idx},
                                       {"cifar10", cifar10},
                                       {"gzip", gzip},
                                       {"objective", objective}};
  return all;
}

}  // namespace fuzz
