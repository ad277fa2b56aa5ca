#include <doctest/doctest.h>

#include <cmath>

#include "hostile.hpp"
#include "nn/io/safetensors.hpp"

using namespace glass;

namespace {

std::vector<float> converted(const std::string& dtype, const std::string& bytes,
                             std::size_t count) {
  const std::string header = R"({"a":{"dtype":")" + dtype + R"(","shape":[)" +
                             std::to_string(count) + R"(],"data_offsets":[0,)" +
                             std::to_string(bytes.size()) + "]}}";
  return nn::parse_safetensors(hostile::safetensors(header, bytes), "a.safetensors").at("a").values;
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
      hostile::safetensors(header, std::string(8, '\1') + std::string("\x00\x00\x80\x3f", 4)),
      "a.safetensors");
  CHECK(tensors.size() == 1);
  CHECK(tensors.at("w").shape.empty());
  CHECK(tensors.at("w").values == std::vector<float>{1});
}
