#include "hostile.hpp"
#include "nn/data/cifar10.hpp"
#include "nn/data/data_folder.hpp"
#include "nn/data/idx.hpp"
#include "programs.hpp"
#include "test_data_files.hpp"

using namespace glass;
using namespace glass::data;
using namespace data_files;
using namespace std::string_literals;

namespace {

const std::string images_path = "images", labels_path = "labels";
const std::string good_images = idx_images(2, 2, "\1\2\3\4\5\6\7\xff");
const std::string good_labels = idx_labels("\3\x9");

Dataset parse(const std::string& images, const std::string& labels) {
  return parse_idx({images, images_path}, {labels, labels_path}, {1, 2, 2}, 10);
}

void check_mentions(const std::string& message, const std::string& part) {
  CHECK_MESSAGE(message.find(part) != std::string::npos, message, " should mention ", part);
}

std::string cifar10_record(char label) { return label + std::string(3072, '\x10'); }

/// A gzip stream of one stored block, built by hand so that every byte of it is known.
std::string stored_gzip(const std::string& bytes) {
  const auto little = [](std::uint32_t value, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += static_cast<char>(value >> 8 * i & 0xff);
    return out;
  };
  const auto size = static_cast<std::uint32_t>(bytes.size());
  const auto crc = static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
  return "\x1f\x8b\x8\0\0\0\0\0\0\3\1"s + little(size, 2) + little(~size, 2) + bytes +
         little(crc, 4) + little(size, 4);
}

const std::string gzip_head = "\x1f\x8b\x8\0\0\0\0\0\0\3"s;

}  // namespace

TEST_CASE("hostile data: IDX images that are not what the network takes are refused by name") {
  const std::string packed = stored_gzip(good_images);
  std::string wrong_crc = packed, wrong_length = packed;
  wrong_crc[packed.size() - 8] ^= 1;
  wrong_length[packed.size() - 4] ^= 1;
  const std::string tar = std::string(257, 'a') + "ustar" + std::string(250, '\0');
  const std::string many(1 << 12, '\0');
  const std::vector<hostile::Refused> rows{
      {"", "empty"},
      {"<!DOCTYPE html>", "a web page"},
      {"PK\3\4", "a zip archive"},
      {tar, "a tar archive"},
      {stored_gzip(tar), "a tar archive"},
      {stored_gzip("<html>"), "a web page"},
      {good_images.substr(0, 10), "16 bytes, found a file of 10"},
      {good_images.substr(0, 23), "2 images of [1,2,2], in all 24 bytes, found 23"},
      {good_images + "x", "in all 24 bytes, found more"},
      {stored_gzip(good_images + many), "in all 24 bytes, found more"},
      {big_endian(1) + good_images.substr(4), "(magic 2051), found magic 1"},
      {good_labels + good_labels, "swapped"},
      {idx_images(0, 2, ""), "found 0 images of [1,2,2]"},
      {idx_images(2, 3, many), "of [1,2,2], found 2 images of [1,3,3]"},
      {idx_images(2, 0, ""), "found 2 images of [1,0,0]"},
      {idx_images(0xffffffff, 0xffffffff, many), "[1,4294967295,4294967295]"},
      {packed + "x", "1 bytes follow the end of the gzip stream"},
      {packed + packed, "(a second stream)"},
      {packed.substr(0, packed.size() - 1), "cut off"},
      {wrong_crc, "incorrect data check"},
      {wrong_length, "incorrect length check"},
      {"\x1f\x8b\x9"s + packed.substr(3), "unknown compression method"},
      {stored_gzip(packed), "found magic 529205248"},  // packed twice
  };
  hostile::check_refused(rows, images_path, [](const auto& bytes) { parse(bytes, good_labels); });
}

TEST_CASE("hostile data: IDX labels that do not belong to the images are refused by name") {
  const std::vector<hostile::Refused> rows{
      {good_images, "(magic 2049), found magic 2051; are the images and the labels swapped?"},
      {good_labels.substr(0, 7), "8 bytes, found a file of 7"},
      {idx_labels("\1\2\3"), "each of the 2 images of images, found 3"},
      {good_labels + "x", "2 labels, in all 10 bytes, found more"},
      {good_labels.substr(0, 9), "2 labels, in all 10 bytes, found 9"},
      {idx_labels("\x3\xa"), "labels from 0 to 9, found 10 for image 1"},
      {idx_labels("\xff\x1"), "labels from 0 to 9, found 255 for image 0"},
      {stored_gzip(good_labels) + "x", "1 bytes follow"},
  };
  hostile::check_refused(rows, labels_path, [](const auto& bytes) { parse(good_images, bytes); });
  // So many images would be right for so many labels, but nobody has the memory.
  const std::string header =
      big_endian(2051) + big_endian(0xffffffff) + big_endian(2) + big_endian(2);
  const std::string labels = big_endian(2049) + big_endian(0xffffffff);
  check_mentions(hostile::refusal(labels_path, [&] { parse(header, labels); }),
                 "at most 1073741824");
}

TEST_CASE("hostile data: a file of other records than CIFAR-10's is refused by name") {
  const std::string path = "batch", record = cifar10_record(1);
  const std::string hundred = std::string("\1\7", 2) + std::string(3072, '\0');
  std::string late = record + record;
  late[3073] = 10;
  const std::vector<hostile::Refused> rows{
      {"", "empty"},
      {stored_gzip(""), "expected records of 3073 bytes, found 0 bytes"},
      {"<html>", "a web page"},
      {record.substr(1), "found 3072 bytes, 3072 more than whole records"},
      {record + "xy", "found 3075 bytes, 2 more than whole records"},
      {hundred, "as in CIFAR-100"},
      {hundred + hundred + hundred, "as in CIFAR-100"},
      {stored_gzip(hundred), "as in CIFAR-100"},
      {late, "labels from 0 to 9, found 10 in record 1"},
      {std::string(10'001 * 3073, '\0'), "at most 10000 records"},
      {std::string(11'000 * 3073, '\0'), "at most 10000 records"},
      {stored_gzip(record) + stored_gzip(record), "(a second stream)"},
  };
  hostile::check_refused(rows, path, [&](const auto& bytes) { parse_cifar10(bytes, path, 10); });
  check_mentions(hostile::refusal(path, [&] { parse_cifar10(record, path, 1); }),
                 "labels from 0 to 0, found 1");
  // No web page and no archive: a truck whose first pixel is 60.
  CHECK(parse_cifar10("\x9<" + record.substr(2), path, 10).size() == 1);
}

TEST_CASE("hostile data: a file cut or changed anywhere is refused, or loaded whole") {
  for (const bool packed : {false, true}) {
    const std::string images = packed ? gzipped(good_images) : good_images;
    const std::string labels = packed ? stored_gzip(good_labels) : good_labels;
    REQUIRE(parse(images, labels).size() == 2);
    for (std::size_t size = 0; size < images.size(); ++size) {
      CHECK_FALSE(hostile::loads([&] { parse(images.substr(0, size), labels); }));
    }
    for (std::size_t size = 0; size < labels.size(); ++size) {
      CHECK_FALSE(hostile::loads([&] { parse(images, labels.substr(0, size)); }));
    }
    for (std::size_t i = 0; i < images.size() + labels.size(); ++i)
      for (const int change : {1, 8, 0x80, 0xff}) {
        std::string changed = images, other = labels;
        char& byte = i < images.size() ? changed[i] : other[i - images.size()];
        byte = static_cast<char>(byte ^ change);
        hostile::loads([&] {
          const Dataset data = parse(changed, other);
          CHECK(data.pixels.size() == 8);
          CHECK(data.labels.size() == 2);
          // Of gzip, only the file's name, age and origin can change unnoticed.
          if (packed) CHECK(data.pixels == parse(good_images, good_labels).pixels);
        });
      }
  }
}

TEST_CASE("hostile data: a folder without a whole data set says what is missing") {
  const TemporaryFolder folder;
  const std::string path = folder / "";
  const auto refused = [&](const std::string& where, const std::string& part) {
    const auto read = [&] { read_data_folder(where, {1, 12, 12}, 10); };
    check_mentions(hostile::refusal(where, read), part);
  };
  write(folder / "cifar-10-binary.tar.gz", gzip_head);
  refused(folder / "cifar-10-binary.tar.gz", "a file, expected a folder");
  refused(path, "unpack cifar-10-binary.tar.gz");
  write(folder / "train.bin", "");
  write(folder / "test.bin", "");
  refused(path, "CIFAR-100");
  write(folder / "data_batch_1", "");
  refused(path, "Python version");
  write(folder / "data_batch_4.bin", "");
  const auto read_cifar10 = [&] { read_data_folder(path, cifar10_shape, 10); };
  check_mentions(hostile::refusal(path, read_cifar10),
                 "missing, with or without .gz: data_batch_1.bin, data_batch_2.bin, "
                 "data_batch_3.bin, data_batch_5.bin, test_batch.bin");
  write_square_folder(folder, 20);
  CHECK(read_data_folder(path, {1, 12, 12}, 10).training.size() == 18);
  std::filesystem::remove(folder / "train-images-idx3-ubyte");
  std::filesystem::remove(folder / "t10k-labels-idx1-ubyte");
  refused(path, "without .gz: train-images-idx3-ubyte, t10k-labels-idx1-ubyte");
}

TEST_CASE("hostile data: train refuses bombs in one line, in little memory, and writes nothing") {
  const std::string zeros = hostile::zeros(500);
  const auto stored = [](const std::string& bytes) {  // a block that is not the last
    std::string block = stored_gzip(bytes).substr(gzip_head.size());
    block[0] = 0;
    return block.substr(0, block.size() - 8);
  };
  const auto train = [](const TemporaryFolder& folder, const std::string& model) {
    return train_program + " '" + weights_folder + model + "' --data '" + (folder / "") +
           "' --out '" + (folder / "out.json") + "'";
  };
  const TemporaryFolder mnist, cifar10;
  for (const char* part : {"train", "t10k"}) {
    write(mnist / (part + "-images-idx3-ubyte"s),
          gzip_head + stored(idx_images(1, 28, "")) + zeros);
    write(mnist / (part + "-labels-idx1-ubyte"s), idx_labels("\1"));
  }
  hostile::check_refusal(train(mnist, "tiny.json"),
                         "1 images of [1,28,28], in all 800 bytes, found more");
  for (const char* name : {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                           "data_batch_4.bin", "data_batch_5.bin", "test_batch.bin"}) {
    write(cifar10 / name, gzip_head + zeros);
  }
  hostile::check_refusal(train(cifar10, "cifar10-cnn.json"), "at most 10000 records");
  for (const auto* folder : {&mnist, &cifar10}) {
    CHECK_FALSE(std::filesystem::exists(*folder / "out.json"));
  }
}
