#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "hostile.hpp"
#include "nn/io/files.hpp"
#include "nn/io/json_weights.hpp"
#include "nn/io/safetensors.hpp"
#include "nn/io/weights.hpp"
#include "nn/layers.hpp"
#include "nn/sequential.hpp"
#include "run_program.hpp"

using namespace glass;
using hostile::check_rows;
using hostile::safetensors;

namespace {

std::string entry(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + '}';
}

/// A file with one tensor "a".
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets,
                std::size_t bytes) {
  return safetensors(R"({"a":)" + entry(dtype, shape, offsets) + '}', std::string(bytes, '\0'));
}

std::string many(std::size_t count) {
  std::string header = "{";
  for (std::size_t i = 0; i < count; ++i) {
    header += (i ? ",\"" : "\"") + std::to_string(i) + "\":" + entry("F32", "[0]", "[0,0]");
  }
  return safetensors(header + '}');
}

nn::Sequential small_net() {
  Rng rng(1);
  nn::Sequential net;
  net.add(nn::Linear({.in_features = 3, .out_features = 2}, rng));
  return net;
}

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), 4 * values.size()};
}

/// Weights that fit `small_net`, but for these changes.
std::string fitting(const std::vector<float>& weight = {1, 2, 3, 4, 5, 6},
                    const std::string& shape = "[2,3]") {
  return safetensors(R"({"0.weight":)" + entry("F32", shape, "[0,24]") + R"(,"0.bias":)" +
                         entry("F32", "[2]", "[24,32]") + '}',
                     floats(weight) + floats({7, 8}));
}

/// What load_weights says of a file; checks that a refused one leaves the network unchanged.
std::string refusal(const std::string& path, const nn::LoadOptions& options = {}) {
  nn::Sequential net = small_net();
  const Tensor weight = net.parameters()[0].tensor, before = weight.clone();
  const std::string said = hostile::refusal(path, [&] { nn::load_weights(net, path, options); });
  const bool same = std::equal(weight.values().begin(), weight.values().end(), before.data());
  CHECK(same == !said.empty());
  return said;
}

}  // namespace

TEST_CASE("hostile safetensors are refused in one line that says why") {
  using namespace std::string_literals;
  const std::string a = R"("a":)" + entry("F32", "[1]", "[0,4]"), four(4, '\0');
  const std::string million(1'000'000, 'x');
  std::string ones;
  for (int i = 0; i < 300'000; ++i) ones += ",1";
  check_rows(
      {
          {"nothing", "", "too short for safetensors: 0 bytes"},
          {"7 bytes", "1234567", "too short for safetensors: 7 bytes"},
          {"no header", std::string(8, '\0'), "the safetensors header is empty"},
          {"a header of 2^64 - 1 bytes", std::string(8, '\xff'),
           "would be 18446744073709551615 bytes long, at most 1048576 are allowed"},
          {"a header past the end", safetensors("{}").substr(0, 9), "passes the end of the file"},
          {"a header above the cap", safetensors(std::string(1048577, ' ')), "at most 1048576"},
          {"no UTF-8", safetensors("{\"\xff\":1}"), "not JSON: "},
          {"a byte order mark", safetensors("\xef\xbb\xbf{}"), "byte order mark"},
          {"bytes after a NUL", safetensors("{}\0x"s), "NUL"},
          {"blanks around the header", safetensors(" \n{" + a + "}\t ", four)},
          {"text after the header", safetensors("{} x"), "not JSON: "},
          {"a list", safetensors("[]"), "expected an object, the safetensors header, got []"},
          {"a million brackets", safetensors(std::string(1'000'000, '[')), "nested deeper than 8"},
          {"20 million brackets", safetensors(std::string(20'000'000, '[')), "at most 1048576"},
          {"the same tensor twice", safetensors("{" + a + "," + a + "}", four),
           "'a' appears twice"},
          {"the same field twice",
           safetensors(R"({"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                       four),
           "'dtype' appears twice"},
          {"the same tensor, escaped", safetensors("{" + a + R"(,"\u0061":1})", four),
           "'a' appears twice"},
          {"no dtype", safetensors(R"({"a":{"shape":[1],"data_offsets":[0,4]}})", four),
           "'a': 'dtype' is missing"},
          {"a field too many",
           safetensors(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}})", four),
           "'a': unknown field 'x'"},
          {"a number for a tensor", safetensors(R"({"a":1})"), "'a': expected an object, got 1"},
          {"another dtype", one("F8_E4M3", "[4]", "[0,4]", 4),
           "'a': dtype 'F8_E4M3' is not supported (F32, F16, BF16, F64)"},
          {"whole numbers", one("I64", "[1]", "[0,8]", 8), "dtype 'I64' is not supported"},
          {"-1", one("F32", "[-1]", "[0,4]", 4), "'a': shape: expected a whole number"},
          {"-0", one("F32", "[-0]", "[0,0]", 0), "got -0"},
          {"1e2", one("F32", "[1e2]", "[0,4]", 4), "'a': shape: expected a whole number"},
          {"2.0", one("F32", "[2.0]", "[0,8]", 8), "got 2.0"},
          {"true", one("F32", "[true]", "[0,4]", 4), "got true"},
          {"2^64", one("F32", "[18446744073709551616]", "[0,4]", 4), "expected a whole number"},
          {"1e999", one("F32", "[1e999]", "[0,4]", 4), "not JSON: number overflow"},
          {"an offset of -1", one("F32", "[1]", "[-1,4]", 4), "data_offsets: expected a whole"},
          {"no list", one("F32", "1", "[0,4]", 4), "'a': shape: expected a list, got 1"},
          {"a product beyond 2^64", one("F32", "[9223372036854775808,2,0]", "[0,0]", 0),
           "shape [9223372036854775808,2,0] is too large"},
          {"a size beyond 2^64", one("F32", "[4611686018427387904]", "[0,0]", 0),
           "does not take the 0 bytes"},
          {"nine dimensions", one("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]", 4), "at most 8"},
          {"no element", one("F32", "[0]", "[0,0]", 0)},
          {"a scalar", one("F32", "[]", "[0,4]", 4)},
          {"end before begin", one("F32", "[1]", "[4,0]", 4), "expected [begin, end]"},
          {"one offset", one("F32", "[1]", "[0]", 4), "expected [begin, end]"},
          {"a range past the end", one("F32", "[1]", "[0,4]", 3),
           "ends at byte 4 of a buffer of 3"},
          {"an end of 2^64 - 1", one("F32", "[1]", "[0,18446744073709551615]", 4), "ends at byte"},
          {"a shared range",
           safetensors("{" + a + R"(,"b":)" + entry("F32", "[1]", "[0,4]") + "}", four),
           "begins at byte 0, expected 4"},
          {"an overlap",
           safetensors("{" + a + R"(,"b":)" + entry("F32", "[1]", "[2,6]") + "}",
                       std::string(6, '\0')),
           "begins at byte 2, expected 4"},
          {"a hole at the start", one("F32", "[1]", "[4,8]", 8), "begins at byte 4, expected 0"},
          {"a hole",
           safetensors("{" + a + R"(,"b":)" + entry("F32", "[1]", "[8,12]") + "}",
                       std::string(12, '\0')),
           "begins at byte 8, expected 4"},
          {"a zip behind the end", one("F32", "[1]", "[0,4]", 4) + "PK\3\4",
           "4 bytes follow the last tensor"},
          {"fewer bytes than the shape", one("F32", "[2]", "[0,4]", 4),
           "F32 of shape [2] does not take the 4 bytes"},
          {"more bytes than the shape", one("F32", "[1]", "[0,5]", 5), "does not take the 5 bytes"},
          {"5,000 tensors", many(5000), "5000 tensors, at most 4096 are allowed"},
          {"300,000 values", safetensors("{\"a\":[1" + ones + "]}"), "more than 262144 values"},
          {"metadata that is no text", safetensors(R"({"__metadata__":{"a":1}})"),
           "'__metadata__': expected an object of strings"},
          {"metadata that is text", safetensors(R"({"__metadata__":{"a":"b"}})")},
          {"a name with NUL and escape codes", safetensors(R"({"\u0000\u001b[2J":1})"),
           R"('\x00\x1b[2J': expected)"},
          {"a name of 1 MB", safetensors("{\"" + million + "\":1}"),
           "'" + million.substr(0, 80) + "...': expected"},
          {"1e300 in F64", one("F64", "[1,1]", "[0,8]", 0) + "\x9c\x75\x00\x88\x3c\xe4\x37\x7e"s,
           "'a': element [0,0] is 1e+300, which is beyond single precision"},
          {"an unaligned buffer", safetensors("{" + a + "} ", four)},
      },
      "a.safetensors",
      [](const std::string& bytes) { nn::parse_safetensors(bytes, "a.safetensors"); });
}

TEST_CASE("hostile JSON weights are refused in one line that says why") {
  using namespace std::string_literals;
  const auto shape = [](const std::string& list) {
    return R"({"a": {"shape": )" + list + R"(, "data": [1]}})";
  };
  std::string crowd = "{";
  for (int i = 0; i < 4097; ++i) {
    crowd += (i ? ",\"" : "\"") + std::to_string(i) + R"(":{"shape":[0],"data":[]})";
  }
  check_rows(
      {
          {"nothing", "", "not JSON: "},
          {"no UTF-8", "{\"\xff\":1}", "not JSON: "},
          {"a byte order mark", "\xef\xbb\xbf{}", "byte order mark"},
          {"bytes after a NUL", "{}\0x"s, "NUL"},
          {"blanks around", " {\"a\": {\"shape\": [1], \"data\": [1]}} \n"},
          {"text after the end", "{} x", "not JSON: "},
          {"a list", "[]", "expected an object of tensors"},
          {"20 million brackets", std::string(20'000'000, '['), "expected an object of tensors"},
          {"a list in a list", R"({"a": {"shape": [1], "data": [[1]]}})", "must be a flat list"},
          {"a model description", R"({"name": "m", "layers": []})", "got a model description"},
          {"the same tensor twice",
           R"({"a": {"shape": [1], "data": [1]}, "a": {"shape": [1], "data": [2]}})",
           "'a' appears twice"},
          {"the same field twice", R"({"a": {"shape": [1], "shape": [1], "data": [1]}})",
           "'shape' appears twice"},
          {"the same tensor, escaped",
           R"({"a": {"shape": [1], "data": [1]}, "\u0061": {"shape": [1], "data": [2]}})",
           "'a' appears twice"},
          {"no data", R"({"a": {"shape": [0]}})", "'a': expected an object of shape and data"},
          {"a field too many", R"({"a": {"shape": [1], "data": [1], "dtype": "F32"}})",
           "'a': expected an object of shape and data"},
          {"-1", shape("[-1]"), "'a': shape must be a flat list of whole numbers"},
          {"-0", shape("[-0]"), "shape must be"},
          {"1e2", shape("[1e2]"), "shape must be"},
          {"2.0", shape("[2.0]"), "shape must be"},
          {"true", shape("[true]"), "shape must be"},
          {"2^64", shape("[18446744073709551616]"), "shape must be"},
          {"1e999", shape("[1e999]"), "not JSON: number overflow"},
          {"a number for a shape", shape("1"), "shape must be"},
          {"a product beyond 2^64", shape("[9223372036854775808,2,0]"), "does not fit 1 values"},
          {"nine dimensions", shape("[1,1,1,1,1,1,1,1,1]"), "more than 8 dimensions"},
          {"no element", R"({"a": {"data": [], "shape": [0]}})"},
          {"a scalar", shape("[]")},
          {"too few values", shape("[2]"), "shape [2] does not fit 1 values"},
          {"null", R"({"a": {"shape": [1], "data": [null]}})", "data must be a flat list"},
          {"1e39", R"({"a": {"shape": [2], "data": [1, 1e39]}})",
           "'a': value 1 is 1e+39, which is beyond single precision"},
          {"4,097 tensors", crowd + "}", "more than 4096 tensors"},
          {"a name with NUL and escape codes", R"({"\u0000\u001b[2J":1})",
           R"('\x00\x1b[2J': expected)"},
          {"a name of 2 MB", "{\"" + std::string(2'000'000, ',') + "\":1}",
           "a word of more than 1024 bytes"},
      },
      "a.json", [](const std::string& bytes) {
        nn::parse_json_weights(bytes, "a.json");
        nn::json_weights_header(bytes, "a.json");
      });
}

TEST_CASE("hostile weights: cut anywhere they are refused, changed anywhere read or refused") {
  nn::StoredTensors tensors;
  tensors["0.weight"] = {{2, 2}, {1, -2, 0.5f, 4}};
  tensors["b"] = {{1}, {5}};
  hostile::damage("a.safetensors", nn::to_safetensors(tensors, ""),
                  [](const std::string& bytes) { nn::parse_safetensors(bytes, "a.safetensors"); });
  std::string json = nn::to_json_weights(tensors, "");
  json.pop_back();  // the end of the line, which nobody misses
  hostile::damage("a.json", json,
                  [](const std::string& bytes) { nn::parse_json_weights(bytes, "a.json"); });
}

TEST_CASE("hostile weights: what is not the expected kind of file is called by its name") {
  using namespace std::string_literals;
  const TemporaryFolder folder;
  const struct {
    std::string bytes;
    const char* name;
  } kinds[] = {
      {"PK\3\4\x14\0\0\0\0\0 and so on"s, "a zip archive, such as PyTorch's checkpoints"},
      {"\x80\2\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"s,
       "a Python pickle, such as PyTorch's"},
      {"\x80\4\x95\0\0\0\0\0\0\0\0"s, "a Python pickle"},
      {"\x1f\x8b\x08\0\0\0\0\0\0\3"s, "a gzip file; unpack it with gunzip"},
      {"<!DOCTYPE html><html>",
       "a web page or another kind of markup; was the download redirected?"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "a Git LFS pointer"},
      {"\x89PNG\r\n\x1a\n", "a PNG image"},
      {"\x89HDF\r\n\x1a\n", "an HDF5 file"},
      {"\x93NUMPY\1\0v\0{'descr'"s, "a NumPy array"},
      {"\x08\x07\x12\x07pytorch", "an ONNX file"},
  };
  for (const auto& kind : kinds) {
    for (const char* name : {"w.safetensors", "w.json", "w.pt"}) {
      nn::write_file(folder / name, kind.bytes);
      const std::string said = refusal(folder / name);
      CHECK_MESSAGE(said.find(kind.name) != said.npos, said);
      CHECK((said.find("python3 -c ") != said.npos) ==
            (kind.bytes[0] == 'P' || kind.bytes[0] == '\x80'));
    }
  }
  nn::write_file(folder / "w.safetensors", R"({"a": {"shape": [], "data": [1]}})");
  CHECK(refusal(folder / "w.safetensors") ==
        "expected weights in the safetensors format, got JSON");
  nn::write_file(folder / "w.json", fitting());
  CHECK(refusal(folder / "w.json") ==
        "expected weights in JSON, got weights in the safetensors format");
  nn::write_file(folder / "w.pt", "?");
  CHECK(refusal(folder / "w.pt") == "weight files end in .safetensors or .json");
  // A header of 640 bytes begins as a pickle does.
  std::string header = fitting().substr(8);
  const std::string values = header.substr(header.size() - 32);
  header.resize(header.size() - 32);
  header.resize(640, ' ');
  nn::write_file(folder / "w.safetensors", safetensors(header, values));
  CHECK(refusal(folder / "w.safetensors").empty());
}

TEST_CASE("hostile weights: what cannot be read whole is an input/output error") {
  const TemporaryFolder folder;
  nn::Sequential net = small_net();
  REQUIRE(mkfifo((folder / "pipe.json").c_str(), 0600) == 0);
  for (const char* name : {"none.json", "", "pipe.json"}) {
    CHECK_THROWS_AS(nn::load_weights(net, folder / name), IoError);
  }
  nn::write_file(folder / "a", std::string(100'000, 'a'));
  nn::InputFile file(folder / "a");
  CHECK(file.first(10) == "aaaaaaaaaa");
  REQUIRE(truncate((folder / "a").c_str(), 50'000) == 0);
  CHECK_THROWS_WITH_AS(file.all(), doctest::Contains("shrank while it was read"), IoError);
}

TEST_CASE("hostile weights: each key, shape and value that does not fit is named") {
  const TemporaryFolder folder;
  const std::string path = folder / "w.safetensors";
  nn::write_file(path, fitting());
  CHECK(refusal(path).empty());
  nn::write_file(path, fitting({1, 2, 3, 4, 5, 6}, "[3,2]"));
  CHECK(refusal(path) ==
        "1 tensor does not fit the model: '0.weight' is [3,2], expected [2,3] (transposed? linear "
        "layers take [out,in])");

  std::string header = "{";
  for (int i = 0; i < 8; ++i) {
    header += (i ? ",\"x" : "\"x") + std::to_string(i) + "\":" + entry("F32", "[0]", "[0,0]");
  }
  nn::write_file(path, safetensors(header + "}"));
  const std::string all = refusal(path);
  for (const char* name : {"0.weight' [2,3] is missing", "0.bias' [2] is missing", "x0", "x7"}) {
    CHECK_MESSAGE(all.find(name) != all.npos, all);
  }

  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = HUGE_VALF;
  for (const float value : {nan, infinity, -infinity}) {
    nn::write_file(path, fitting({1, 2, 3, 4, 5, value}));
    const std::string said = refusal(path);
    CHECK_MESSAGE(said.find("'0.weight': element [1,2] is ") == 0, said);
    CHECK(said.find("--allow-nonfinite") != said.npos);
    CHECK(refusal(path, {.allow_nonfinite = true}).empty());
  }
}

TEST_CASE("hostile weights: extra tensors are left alone if asked, conversions are told") {
  const TemporaryFolder folder;
  const std::string path = folder / "w.safetensors";
  nn::write_file(path, safetensors(R"({"0.weight":)" + entry("BF16", "[2,3]", "[0,12]") +
                                       R"(,"0.bias":)" + entry("F32", "[2]", "[12,20]") +
                                       R"(,"evil\n":)" + entry("F16", "[]", "[20,22]") + '}',
                                   std::string(22, '\0')));
  CHECK(refusal(path) == "1 tensor does not fit the model: 'evil\\x0a' [] is not in the model");
  std::string told;
  CHECK(
      refusal(path, {.allow_extra = true, .notice = [&](const std::string& line) { told += line; }})
          .empty());
  CHECK(told == path + ": 1 tensor was converted to single precision from BF16");
}
