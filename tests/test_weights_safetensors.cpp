#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "nn/safetensors.hpp"

using namespace glass;

namespace {

std::string file(const std::string& header, const std::string& buffer) {
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + buffer;
}

/// A file with one tensor "a".
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets,
                std::size_t bytes) {
  return file(R"({"a":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
                  offsets + "}}",
              std::string(bytes, '\0'));
}

std::vector<float> converted(const std::string& dtype, const std::string& bytes,
                             std::size_t count) {
  const std::string header = R"({"a":{"dtype":")" + dtype + R"(","shape":[)" +
                             std::to_string(count) + R"(],"data_offsets":[0,)" +
                             std::to_string(bytes.size()) + "]}}";
  return nn::parse_safetensors(file(header, bytes), "a.safetensors").at("a").values;
}

void check_refused(const std::string& bytes, const std::string& message) {
  CAPTURE(bytes);
  try {
    nn::parse_safetensors(bytes, "a.safetensors");
    FAIL_CHECK("accepted");
  } catch (const FileError& error) {
    const std::string what = error.what();
    CHECK(what.rfind("a.safetensors: ", 0) == 0);
    CHECK(what.find('\n') == what.npos);
    CHECK_MESSAGE(what.find(message) != what.npos, what);
  }
}

}  // namespace

TEST_CASE("half, brain, single and double precision become single") {
  using namespace std::string_literals;
  const auto half = converted("F16",
                              "\x00\x3c\x00\xc0\xff\x7b\x01\x00\x00\x80\x55\x35\x00\x04\xff\x03"
                              "\x00\x7c\x00\xfc\x01\x7e"s,
                              11);
  CHECK(half[0] == 1);
  CHECK(half[1] == -2);
  CHECK(half[2] == 65504);
  CHECK(half[3] == std::ldexp(1.0f, -24));
  CHECK(half[4] == 0);
  CHECK(std::signbit(half[4]));
  CHECK(half[5] == 0.333251953125f);
  CHECK(half[6] == std::ldexp(1.0f, -14));
  CHECK(half[7] == std::ldexp(1023.0f, -24));
  CHECK(half[8] == HUGE_VALF);
  CHECK(half[9] == -HUGE_VALF);
  CHECK(std::isnan(half[10]));

  CHECK(converted("BF16", "\x80\x3f\x40\xc0\x00\x80"s, 3) == std::vector<float>{1, -3, -0.0f});
  CHECK(converted("F32", "\x00\x00\x80\x3f\xcd\xcc\xcc\x3d"s, 2) == std::vector<float>{1, 0.1f});
  CHECK(converted("F64", "\x9a\x99\x99\x99\x99\x99\xb9\x3f\x00\x00\x00\x00\x00\x00\x00\xc0"s, 2) ==
        std::vector<float>{0.1f, -2});
}

TEST_CASE("written safetensors are sorted, aligned and the same each time") {
  nn::StoredTensors tensors;
  tensors["b"] = {{2}, {1, 2}};
  tensors["a"] = {{1, 1}, {3}};
  tensors["none"] = {{0, 3}, {}};
  const std::string bytes = nn::to_safetensors(tensors, "a.safetensors");
  CHECK(bytes.substr(8, 62) == R"({"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1,1]},"b":{")");
  CHECK((bytes.size() - 12) % 8 == 0);
  CHECK(bytes.substr(bytes.size() - 12, 4) == std::string("\x00\x00\x40\x40", 4));
  const nn::StoredTensors again = nn::parse_safetensors(bytes, "a.safetensors");
  CHECK(again.size() == 3);
  CHECK(again.at("b").values == std::vector<float>{1, 2});
  CHECK(again.at("none").shape == std::vector<std::uint64_t>{0, 3});
  CHECK(nn::to_safetensors(again, "a.safetensors") == bytes);
}

TEST_CASE("metadata and batch counters are read over, spaces allowed, bytes anywhere") {
  const std::string header =
      R"( {"__metadata__":{"format":"pt"},"1.num_batches_tracked":{"dtype":"I64","shape":[],)"
      R"("data_offsets":[0,8]},"w":{"dtype":"F32","shape":[],"data_offsets":[8,12]}}   )";
  const nn::StoredTensors tensors = nn::parse_safetensors(
      file(header, std::string(8, '\1') + std::string("\x00\x00\x80\x3f", 4)), "a.safetensors");
  CHECK(tensors.size() == 1);
  CHECK(tensors.at("w").shape.empty());
  CHECK(tensors.at("w").values == std::vector<float>{1});
}

TEST_CASE("what safetensors forbids is refused in one line") {
  check_refused("", "too short for safetensors: 0 bytes");
  check_refused("1234567", "too short");
  check_refused(std::string(8, '\0'), "not JSON");
  check_refused(std::string(8, '\xff'), "not safetensors: its header would be");
  check_refused(file("{}", "").substr(0, 9), "the header of 2 bytes passes the end");
  check_refused(file("\xef\xbb\xbf{}", ""), "byte order mark");
  check_refused(file(std::string("{}\0x", 4), ""), "NUL");
  check_refused(file("{} x", ""), "not JSON");
  check_refused(file("{\"\xff\":1}", ""), "not JSON");
  check_refused(file("[]", ""), "the safetensors header must be an object");
  check_refused(file(std::string(100000, '['), ""), "nested deeper");
  check_refused(file(R"({"a":1})", ""), "'a': expected an object of dtype, shape and data_offsets");
  check_refused(file(R"({"__metadata__":{"a":1}})", ""), "'__metadata__': expected an object of");
  check_refused(one("F8_E4M3", "[4]", "[0,4]", 4),
                "'a': dtype 'F8_E4M3' is not supported (F32, F16, BF16, F64)");
  check_refused(one("I64", "[1]", "[0,8]", 8), "dtype 'I64' is not supported");
  for (const char* shape : {"[-1]", "[1.0]", "[1e0]", "[true]", "1", "[\"1\"]", "[-0]",
                            "[99999999999999999999]", "null"}) {
    check_refused(one("F32", shape, "[0,4]", 4), "'a': shape must be a list of whole numbers");
  }
  check_refused(one("F32", "[9223372036854775808,2,0]", "[0,0]", 0), "is too large");
  check_refused(one("F32", "[4611686018427387904]", "[0,0]", 0), "does not take the 0 bytes");
  check_refused(one("F32", "[1]", "[4,0]", 4), "data_offsets must be [begin, end]");
  check_refused(one("F32", "[1]", "[0]", 4), "data_offsets must be [begin, end]");
  check_refused(one("F32", "[1]", "[0,4]", 3), "ends at byte 4 of a buffer of 3");
  check_refused(one("F32", "[2]", "[0,4]", 4), "F32 of shape [2] does not take the 4 bytes");
  check_refused(one("F32", "[1]", "[0,5]", 5), "F32 of shape [1] does not take the 5 bytes");
  check_refused(one("F32", "[1]", "[4,8]", 8), "begins at byte 4, expected 0");
  check_refused(one("F32", "[1]", "[0,4]", 9), "5 bytes follow the last tensor");

  const std::string a = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  check_refused(file("{" + a + "," + a + "}", std::string(4, '\0')), "key 'a' appears twice");
  check_refused(file("{" + a + R"(,"\u0061":1})", std::string(4, '\0')), "key 'a' appears twice");
  check_refused(file("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})",
                     std::string(4, '\0')),
                "begins at byte 0, expected 4");
}

TEST_CASE("a file cut anywhere is refused") {
  nn::StoredTensors tensors;
  tensors["a"] = {{2, 2}, {1, 2, 3, 4}};
  tensors["b"] = {{1}, {5}};
  const std::string whole = nn::to_safetensors(tensors, "a.safetensors");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    check_refused(whole.substr(0, length), "");
  }
}
