#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "hostile.hpp"
#include "nn/data/cifar10.hpp"
#include "nn/data/data_folder.hpp"
#include "nn/data/idx.hpp"
#include "test_data_files.hpp"
#include "weights/augment.hpp"
#include "weights/keyed_rng.hpp"

namespace {

using namespace glass;
using namespace glass::data;
using namespace glass::training;
using namespace data_files;

void check_mentions(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    CHECK_MESSAGE(message.find(part) != std::string::npos, message, " should mention ", part);
  }
}

const std::string pixels = "\x01\x02\x03\x04\x05\x06\x07\xff";  // two images of 2 x 2
const std::string labels = {'\x03', '\x09'};

std::string cifar10_record(char label, char first_pixel) {
  std::string record(3073, '\x10');
  record[0] = label;
  record[1] = first_pixel;
  return record;
}

}  // namespace

TEST_CASE("data: IDX files are read plain and gzipped, whatever their name says") {
  const TemporaryFolder folder;
  const std::string images_path = folder / "images", labels_path = folder / "labels.gz";
  for (const bool packed : {false, true}) {
    const std::string images = idx_images(2, 2, pixels);
    write(images_path, packed ? gzipped(images) : images);
    write(labels_path, packed ? idx_labels(labels) : gzipped(idx_labels(labels)));
    const Dataset data = read_idx(images_path, labels_path, {1, 2, 2}, 10);
    CHECK(data.size() == 2);
    CHECK(data.image_shape == Shape{1, 2, 2});
    CHECK(data.labels == std::vector<std::uint8_t>{3, 9});
    CHECK(data.pixels == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 255});
  }
}

TEST_CASE("data: CIFAR-10 files are read one after the other, plain and gzipped") {
  const TemporaryFolder folder;
  write(folder / "a", cifar10_record(7, '\x21') + cifar10_record(0, '\x22'));
  write(folder / "b", gzipped(cifar10_record(9, '\x23')));
  const Dataset data = read_cifar10({folder / "a", folder / "b"}, 10);
  CHECK(data.image_shape == Shape{3, 32, 32});
  CHECK(data.labels == std::vector<std::uint8_t>{7, 0, 9});
  CHECK(data.pixels.size() == 3 * 3072);
  CHECK(data.pixels[0] == 0x21);
  CHECK(data.pixels[3072] == 0x22);
  CHECK(data.pixels[6144] == 0x23);
}

TEST_CASE("data: the folder's content decides the format, and must fit the network") {
  const TemporaryFolder folder;
  const std::string path = folder / "";
  const auto read = [&](const Shape& shape) { return read_data_folder(path, shape, 10); };
  CHECK_THROWS_AS(read_data_folder(folder / "missing", {1, 12, 12}, 10), IoError);
  check_mentions(hostile::refusal(path, [&] { read({1, 12, 12}); }), {"MNIST", "CIFAR-10"});

  write_square_folder(folder, 20);
  const DataFolder squares = read({1, 12, 12});
  CHECK(squares.training.size() == 18);
  CHECK(squares.validation.size() == 2);
  CHECK(squares.test.size() == 60);
  check_mentions(hostile::refusal(folder / "train-images-idx3-ubyte",
                                  [&] {
                                    read({1, 28, 28});
                                  }),
                 {"[1,28,28]", "[1,12,12]"});

  write(folder / "data_batch_1.bin", cifar10_record(1, 0));
  for (const char* name : {"data_batch_2.bin", "data_batch_3.bin.gz", "data_batch_4.bin",
                           "data_batch_5.bin", "test_batch.bin.gz"}) {
    write(folder / name, cifar10_record(2, 0));
  }
  CHECK(read({3, 32, 32}).training.size() == 4);
  CHECK(read({1, 12, 12}).training.size() == 18);

  for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                           "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    std::filesystem::remove(folder / name);
  }
  check_mentions(hostile::refusal(path, [&] { read({1, 12, 12}); }), {"[1,12,12]", "[3,32,32]"});
}

TEST_CASE("data: batches hold pixels between 0 and 1, in the order asked for") {
  Dataset data{{1, 1, 2}, {0, 255, 51, 102, 153, 204}, {4, 5, 6}};
  const std::vector<Index> places{2, 0};
  const Batch batch = make_batch(data, places);
  CHECK(batch.images.shape() == Shape{2, 1, 1, 2});
  CHECK(batch.labels == std::vector<Index>{6, 4});
  CHECK(batch.images.values()[0] == doctest::Approx(0.6));
  CHECK(batch.images.values()[2] == 0);
  CHECK(batch.images.values()[3] == 1);

  const Dataset last = split_last(data, 1);
  CHECK(data.labels == std::vector<std::uint8_t>{4, 5});
  CHECK(data.pixels.size() == 4);
  CHECK(last.labels == std::vector<std::uint8_t>{6});
  CHECK(last.pixels == std::vector<std::uint8_t>{153, 204});
  CHECK(last.image_shape == data.image_shape);
}

TEST_CASE("data: shifts move every channel alike, reach all places and mirror the edge") {
  const Shape shape{2, 3, 4};
  std::set<std::vector<real>> places;
  for (int draw = 0; draw < 500; ++draw) {
    std::vector<real> image(24);
    for (std::size_t i = 0; i < 12; ++i) image[12 + i] = 2 * (image[i] = static_cast<real>(i));
    Rng rng = keyed_rng(1, 2, draw);
    augment(image, shape, {.shift = 2}, rng);
    const auto row = [&](std::size_t i) { return static_cast<int>(image[4 * i]) / 4; };
    const auto column = [&](std::size_t j) { return static_cast<int>(image[j]) % 4; };
    for (std::size_t i = 0; i < 12; ++i) {
      CHECK(image[i] == static_cast<real>(4 * row(i / 4) + column(i % 4)));
      CHECK(image[12 + i] == 2 * image[i]);
    }
    places.insert(image);
  }
  CHECK(places.size() == 25);  // two pixels each way
}

TEST_CASE("data: every other image is flipped, rows and channels keeping their places") {
  int flipped = 0;
  for (int draw = 0; draw < 500; ++draw) {
    std::vector<real> image{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    Rng rng = keyed_rng(1, 2, draw);
    augment(image, {2, 2, 3}, {.flip = true}, rng);
    const bool mirrored = image[0] == 3;
    flipped += mirrored;
    CHECK(image == (mirrored ? std::vector<real>{3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10}
                             : std::vector<real>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}));
  }
  CHECK(flipped > 200);
  CHECK(flipped < 300);
}

TEST_CASE("data: noise reaches from nothing to the size asked for and leaves pixels in range") {
  double smallest = 1, largest = 0;
  for (int draw = 0; draw < 200; ++draw) {
    std::vector<real> grey(1000, real(0.5)), black(1000, real(0));
    Rng rng = keyed_rng(0, 0, draw);
    augment(grey, {1, 10, 100}, {.noise = 0.1}, rng);
    augment(black, {1, 10, 100}, {.noise = 0.1}, rng);
    double squares = 0;
    for (const real pixel : grey) squares += (pixel - 0.5) * (pixel - 0.5);
    smallest = std::min(smallest, std::sqrt(squares / 1000));
    largest = std::max(largest, std::sqrt(squares / 1000));
    CHECK(*std::min_element(black.begin(), black.end()) == 0);
    CHECK(*std::max_element(black.begin(), black.end()) < 1);
  }
  CHECK(smallest < 0.01);
  CHECK(largest == doctest::Approx(0.1).epsilon(0.1));
}

TEST_CASE("data: keyed random numbers depend on every part of the key and on nothing else") {
  const std::uint64_t first = keyed_rng(1, 2, 3).bits();
  CHECK(first == keyed_rng(1, 2, 3).bits());
  CHECK(first != keyed_rng(0, 2, 3).bits());
  CHECK(first != keyed_rng(1, 3, 3).bits());
  CHECK(first != keyed_rng(1, 2, 4).bits());
  CHECK(first != keyed_rng(1, 3, 2).bits());
}
