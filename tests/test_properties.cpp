#include <cstring>

#include "nn/data/cifar10.hpp"
#include "nn/data/idx.hpp"
#include "nn/io/description.hpp"
#include "nn/io/json_weights.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/safetensors.hpp"
#include "nn/layers.hpp"
#include "properties.hpp"
#include "test_data_files.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

using namespace glass;
using glass::testing::between;
using glass::testing::for_random_cases;

namespace {

/// A layer that takes the shape x: an image, or rows of a matrix.
std::unique_ptr<nn::Module> random_layer(const Shape& x, Rng& rng) {
  const bool image = x.rank() == 4;
  const auto side = [&](Index most) { return between(rng, 1, most); };
  switch (rng.below(image ? 18 : 12)) {
    case 0:
      return std::make_unique<nn::ReLU>();
    case 1:
      return std::make_unique<nn::Tanh>();
    case 2:
      return std::make_unique<nn::Sigmoid>();
    case 3:
      return std::make_unique<nn::LeakyReLU>(
          nn::LeakyReLUArguments{.negative_slope = rng.uniform()});
    case 4:
      return std::make_unique<nn::ELU>(nn::ELUArguments{.alpha = rng.uniform(0, 2)});
    case 5:
      return std::make_unique<nn::Dropout>(nn::DropoutArguments{.p = rng.uniform()}, rng);
    case 6:
      if (image) return std::make_unique<nn::Flatten>();
      return std::make_unique<nn::Softmax>();
    case 7:
      if (!image) {
        return std::make_unique<nn::Linear>(
            nn::LinearArguments{x[1], between(rng, 1, 9), rng.below(2) == 0}, rng);
      }
      return std::make_unique<nn::BatchNorm2d>(nn::BatchNormArguments{
          .num_features = x[1], .eps = rng.uniform(1e-6, 1), .momentum = rng.uniform()});
    case 8:
      return std::make_unique<nn::GELU>(
          nn::GELUArguments{.approximate = rng.below(2) ? "tanh" : "none"});
    case 9:
      return std::make_unique<nn::SiLU>();
    case 10:
      return std::make_unique<nn::LayerNorm>(nn::LayerNormArguments{
          .normalized_shape =
              std::vector<Index>(x.begin() + between(rng, 1, x.rank() - 1), x.end()),
          .elementwise_affine = rng.below(2) == 0});
    case 11:
      if (image) return std::make_unique<nn::Identity>();
      return std::make_unique<nn::BatchNorm1d>(nn::BatchNormArguments{.num_features = x[1]});
    case 12:
      return std::make_unique<nn::MaxPool2d>(nn::MaxPool2dArguments{
          .kernel_size = {side(x[2]), side(x[3])}, .ceil_mode = rng.below(2) == 0});
    case 13:
      return std::make_unique<nn::AvgPool2d>(
          nn::AvgPool2dArguments{.kernel_size = {side(x[2]), side(x[3])},
                                 .stride = between(rng, 1, 3),
                                 .count_include_pad = rng.below(2) == 0});
    case 14:
      return std::make_unique<nn::AdaptiveAvgPool2d>(
          nn::AdaptivePool2dArguments{.output_size = {between(rng, 1, 4), between(rng, 1, 4)}});
    case 15:
      return std::make_unique<nn::ZeroPad2d>(
          nn::ZeroPad2dArguments{.padding = {between(rng, 0, 2), 0, 1, between(rng, 0, 2)}});
    case 16:
      return std::make_unique<nn::Conv2d>(
          nn::Conv2dArguments{.in_channels = x[1],
                              .out_channels = x[1] * between(rng, 1, 2),
                              .kernel_size = {between(rng, 1, 4), between(rng, 1, 4)},
                              .padding = nn::same_padding,
                              .dilation = between(rng, 1, 2),
                              .groups = x[1]},
          rng);
    default:
      return std::make_unique<nn::Conv2d>(
          nn::Conv2dArguments{.in_channels = x[1],
                              .out_channels = between(rng, 1, 6),
                              .kernel_size = {side(x[2]), side(x[3])},
                              .stride = {between(rng, 1, 3), between(rng, 1, 3)},
                              .padding = {between(rng, 0, 2), between(rng, 0, 2)},
                              .bias = rng.below(2) == 0},
          rng);
  }
}

nn::Model random_model(Rng& rng) {
  nn::Model model;
  const char* names[] = {"", "net", "a \"quoted\" \\ name", "\xc3\xa9t\xc3\xa9"};
  model.name = names[rng.below(4)];
  model.input_shape = {between(rng, 1, 3), between(rng, 1, 12), between(rng, 1, 12)};
  if (rng.below(2)) {
    model.mean.assign(static_cast<std::size_t>(model.input_shape[0]), rng.uniform());
    model.std.assign(model.mean.size(), rng.uniform(0.1, 1));
  }
  Shape x{2, model.input_shape[0], model.input_shape[1], model.input_shape[2]};
  for (Index layers = between(rng, 1, 8); layers > 0; --layers) {
    const std::string name = rng.below(3) ? "" : text("layer-", layers);
    model.layers.add(random_layer(x, rng), name);
    x = model.layers.layer(model.layers.size() - 1).output_shape(x);
  }
  model.weights = rng.below(2) ? "m.safetensors" : "m-weights.json";
  return model;
}

/// Changes a few bits, bytes or slices; now and then nothing of the file is left.
std::string damaged(std::string bytes, Rng& rng) {
  const auto size = [&] { return static_cast<Index>(bytes.size()); };
  if (rng.below(10) == 0) {
    bytes.resize(static_cast<std::size_t>(rng.below(200)));
    for (char& byte : bytes) byte = static_cast<char>(rng.bits());
  }
  for (Index edits = between(rng, 1, 4); edits > 0 && size() > 0; --edits) {
    const auto at = static_cast<std::size_t>(rng.below(size()));
    const auto length = static_cast<std::size_t>(between(rng, 1, 20));
    switch (rng.below(5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << rng.below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(rng.bits());
        break;
      case 2:
        bytes.erase(at, length);
        break;
      case 3:
        bytes.insert(at, bytes.substr(static_cast<std::size_t>(rng.below(size())), length));
        break;
      default:
        bytes.resize(at);
    }
  }
  return bytes;
}

struct Reader {
  std::string name, valid;  ///< a file that it can read
  std::function<void(const std::string& bytes, const std::string& path)> read;
};

std::vector<Reader> readers() {
  using data_files::gzipped, data_files::idx_images, data_files::idx_labels;
  const nn::StoredTensors tensors = {{"0.weight", {{2, 1, 2}, {1, -2.5, 3e-7F, 4}}},
                                     {"0.bias", {{2}, {0, 1}}},
                                     {"3.none", {{0, 4}, {}}}};
  const TemporaryFolder folder;
  viz::Image image(9, 7, 3);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<std::uint8_t>(i * i);
  }
  viz::write_png(folder / "a.png", image, "what made it");
  viz::write_animation(folder / "b.png", {image, image}, {});
  viz::write_npy(folder / "a.npy", Tensor::full({1, 2, 3, 2}, 0.5));
  const std::string records(2 * 3073, '\x05'), images = idx_images(2, 2, "12345678"),
                                               labels = idx_labels({0, 1});
  const auto png = [](const std::string& bytes, const std::string& path) {
    viz::decode_png_text(bytes, path);
    viz::decode_png(bytes, path, 3);
  };
  const auto read_images = [=](const std::string& bytes, const std::string& path) {
    data::parse_idx({bytes, path}, {labels, path}, {1, 2, 2}, 2);
  };
  const auto read_labels = [=](const std::string& bytes, const std::string& path) {
    data::parse_idx({images, path}, {bytes, path}, {1, 2, 2}, 2);
  };
  const auto cifar = [](const std::string& bytes, const std::string& path) {
    data::parse_cifar10(bytes, path, 10);
  };
  return {
      {"safetensors", nn::to_safetensors(tensors, ""),
       [](const auto& bytes, const auto& path) { nn::parse_safetensors(bytes, path); }},
      {"JSON weights", nn::to_json_weights(tensors, ""),
       [](const auto& bytes, const auto& path) { nn::parse_json_weights(bytes, path); }},
      {"description", data_files::square_model,
       [](const auto& bytes, const auto& path) { nn::parse_description(bytes, path, 0); }},
      {"PNG", slurp(folder / "a.png"), png},
      {"APNG", slurp(folder / "b.png"), png},
      {"npy", slurp(folder / "a.npy"),
       [](const auto& bytes, const auto& path) { viz::parse_npy(bytes, path); }},
      {"IDX images", images, read_images},
      {"IDX images, gzipped", gzipped(images), read_images},
      {"IDX labels", labels, read_labels},
      {"CIFAR-10", records, cifar},
      {"CIFAR-10, gzipped", gzipped(records), cifar},
  };
}

}  // namespace

TEST_CASE("property: a random network gives the same bytes after being saved and loaded") {
  const TemporaryFolder first, second;
  for_random_cases(100, [&](Rng& rng) {
    nn::Model model = random_model(rng);
    INFO(model.summary());
    const Shape& image = model.input_shape;
    const Tensor x = Tensor::uniform({2, image[0], image[1], image[2]}, rng);
    for (const auto& [name, tensor] : model.buffers()) {
      for (real& value : tensor.mutable_values()) value = static_cast<real>(rng.uniform(0.1, 2));
    }
    nn::save_model(model, first / "m.json");
    nn::Model loaded = nn::load_model(first / "m.json", rng.bits());
    nn::save_model(loaded, second / "m.json");
    for (const std::string& file : {std::string("m.json"), model.weights}) {
      CHECK_MESSAGE(slurp(first / file) == slurp(second / file), file);
    }
    model.eval();
    loaded.eval();
    const Tensor a = model(x), b = loaded(x);
    REQUIRE(a.shape() == b.shape());
    CHECK(std::memcmp(a.data(), b.data(), a.values().size_bytes()) == 0);
  });
}

TEST_CASE("property: a damaged file is read or refused by a FileError of one line") {
  const std::string path = "file";
  for (const Reader& reader : readers()) {
    CAPTURE(reader.name);
    CHECK_NOTHROW(reader.read(reader.valid, path));
    for_random_cases(200, [&](Rng& rng) {
      const std::string bytes = damaged(reader.valid, rng);
      try {
        reader.read(bytes, path);
      } catch (const FileError& error) {
        const std::string message = error.what();
        CHECK_MESSAGE(message.starts_with(path), message);
        CHECK_MESSAGE(message.find('\n') == message.npos, message);
      } catch (const std::exception& error) {
        FAIL_CHECK("no FileError: " << error.what());
      }
    });
  }
}
