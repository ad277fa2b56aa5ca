#include <doctest/doctest.h>
#include <unistd.h>

#include "hostile.hpp"
#include "programs.hpp"
#include "test_data_files.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

/// What is refused costs less than 100 MB of memory, whatever it announces and however well it is
/// packed: see hostile::check_refusal.
namespace {

using data_files::big_endian, data_files::write, hostile::check_refusal;

/// `head`, and zeros that need no disk, up to `size` bytes.
void write_sparse(const std::string& path, const std::string& head, std::uint64_t size) {
  write(path, head);
  REQUIRE(truncate(path.c_str(), static_cast<off_t>(size)) == 0);
}

/// A network of 134 million parameters, in few bytes.
std::string huge_model(const std::string& weight_file) {
  return R"({"name": "huge", "input": {"shape": [1, 128, 128]}, "layers": [{"type": "Flatten"},
             {"type": "Linear", "in_features": 16384, "out_features": 8192}], "weights": ")" +
         weight_file + "\"}";
}

}  // namespace

TEST_CASE("refusals are small: weights that are missing, or not those of a large description") {
  const TemporaryFolder folder;
  const std::string model = folder / "huge.json", file = folder / "w.safetensors";
  write(model, huge_model("w.safetensors"));
  check_refusal(viz_program + " info " + model, "w.safetensors: cannot open", 4);
  write(file, "");
  check_refusal(viz_program + " info " + model, "too short");
  write(file, hostile::safetensors("{}"));
  check_refusal(viz_program + " info " + model, "2 tensors do not fit the model");
  write(file,
        hostile::safetensors(
            R"({"1.weight":{"dtype":"F32","shape":[8192,16384],"data_offsets":[0,4]}})", "1234"));
  check_refusal(viz_program + " classify " + model + " none.png", "does not take the 4 bytes");
  check_refusal(train_program + ' ' + model + " --data " + (folder / ""), "is there already", 2);
  check_refusal(train_program + ' ' + model + " --data " + (folder / "") + " --overwrite",
                "no data set in it");
}

TEST_CASE("refusals are small: data that ends a byte early, or goes on") {
  const TemporaryFolder folder;
  constexpr std::uint32_t count = 200'000;  // 157 MB
  const std::string out = " -o " + (folder / "x.json"), data = " --data " + (folder / "");
  write(folder / "train-labels-idx1-ubyte", data_files::idx_labels(std::string(count, '\0')));
  write(folder / "t10k-labels-idx1-ubyte", data_files::idx_labels(std::string(1, '\0')));
  write(folder / "t10k-images-idx3-ubyte", data_files::idx_images(1, 28, std::string(784, '\0')));
  const std::string images = folder / "train-images-idx3-ubyte",
                    head = data_files::idx_images(count, 28, "");
  const std::uint64_t size = 16 + std::uint64_t{count} * 784;
  for (const std::int64_t off : {-1, 1}) {
    const std::string found = off < 0 ? std::to_string(size - 1) : "more";
    write_sparse(images, head, size + static_cast<std::uint64_t>(off));
    check_refusal(train_program + ' ' + tiny_json + out + data, "bytes, found " + found);
    REQUIRE(run_program("gzip -1 " + images).code == 0);
    check_refusal(train_program + ' ' + tiny_json + out + data, "bytes, found " + found);
    std::filesystem::remove(images + ".gz");
  }
  // Images that are right, and a label at the end that is not.
  write_sparse(images, head, size);
  write(folder / "train-labels-idx1-ubyte",
        data_files::idx_labels(std::string(count - 1, '\0') + '\x0a'));
  check_refusal(train_program + ' ' + tiny_json + out + data, "found 10 for image 199999");
  // The others are right, and the last is not.
  write(folder / "train-labels-idx1-ubyte", data_files::idx_labels(std::string(count, '\0')));
  write(folder / "t10k-images-idx3-ubyte", data_files::idx_images(1, 28, std::string(783, '\0')));
  check_refusal(train_program + ' ' + tiny_json + out + data, "in all 800 bytes, found 799");
}

TEST_CASE(
    "refusals are small: files of CIFAR-10 that are too long, or the last of which is wrong") {
  const TemporaryFolder folder;
  const std::string command =
      train_program + ' ' + cifar_json + " -o " + (folder / "x.json") + " --data " + (folder / "");
  for (const char* name : {"data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4",
                           "data_batch_5", "test_batch"}) {
    write_sparse(folder / name + ".bin", "", 30'730'000);
  }
  write_sparse(folder / "test_batch.bin", "", 30'729'999);
  check_refusal(command, "test_batch.bin: expected records of 3073 bytes");
  write_sparse(folder / "data_batch_1.bin", "", std::uint64_t{1} << 30);
  check_refusal(command, "at most 10000 records");
  write_sparse(folder / "data_batch_1.bin", "", (std::uint64_t{1} << 30) + 1);
  check_refusal(command, "at most 1073741824 bytes");
}

TEST_CASE("refusals are small: arrays and pictures of another shape than is wanted") {
  const TemporaryFolder folder;
  const std::string array = folder / "a.npy", picture = folder / "a.png";
  glass::viz::write_npy(array, glass::Tensor::zeros({1}));
  std::string head = slurp(array).substr(0, 128);
  const auto header = [&](const std::string& type, const std::string& shape) {
    std::string text = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + "}";
    text.resize(117, ' ');
    return head.substr(0, 8) + "\x76" + std::string(1, '\0') + text + "\n";
  };
  const std::string judge = viz_program + " judge " + mnist_json + " --images " + array;
  write_sparse(array, header("|u1", "(1, 1, 8000, 8000)"), 128 + 64'000'000);
  check_refusal(judge, "takes images of [1,28,28], found an array of [1,1,8000,8000]");
  check_refusal(viz_program + " maximise " + mnist_json + " --objective direction:conv1:" + array,
                "numbers, one per channel");
  write_sparse(array, header("|u1", "(100000, 1, 28, 28)"), 128 + 64'000'000);
  check_refusal(judge, "expected 78400000 values");
  glass::viz::write_png(picture, glass::viz::Image(4096, 4096, 1));
  check_refusal(viz_program + " classify " + mnist_json + " " + picture, "4096x4096");
}

TEST_CASE("refusals are small: JSON with long names, and pages with long strings") {
  const TemporaryFolder folder;
  const std::string model = folder / "m.json", file = folder / "w.json", page = folder / "p.html";
  std::string json = data_files::square_model;
  write(model, json.replace(json.find("squares.safetensors"), 19, "w.json"));
  std::string names = "{";
  for (char letter = 'a'; letter < 'a' + 26; ++letter) {
    for (const char other : {'x', 'y'}) {
      names += (names.size() > 1 ? ",\"" : "\"") + std::string(1, letter) +
               std::string(1'000'000, other) + R"(":{"shape":[0],"data":[]})";
    }
  }
  write(file, names + "}");
  check_refusal(viz_program + " info " + model, "a word of more than 1024 bytes");

  const std::string begin = "<script type=\"application/json\" id=\"data\">{";
  write(page, begin + "\"a\":\"" + std::string(50'000'000, 'x') + "\"}</script>");
  check_refusal(viz_program + " replay " + page, "a word of more than 4194304 bytes");
  std::string strings = begin;
  for (int i = 0; i < 15; ++i) {
    strings +=
        (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":\"" + std::string(4'000'000, 'x') + '"';
  }
  write(page, strings + "}</script>");
  check_refusal(viz_program + " replay " + page, "expected a manifest of viz");
}
