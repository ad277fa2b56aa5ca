#include "nn/io/dtype.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace glass::nn {

namespace {

/// The bytes may lie anywhere in a file, so they are copied, never cast.
template <class Number>
Number load(const char* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

double from_f32(const char* bytes) { return load<float>(bytes); }
double from_f64(const char* bytes) { return load<double>(bytes); }

/// The upper half of a float.
double from_bf16(const char* bytes) {
  return std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(bytes)} << 16);
}

/// 1 sign, 5 exponent and 10 fraction bits (IEEE 754 binary16).
double from_f16(const char* bytes) {
  const int bits = load<std::uint16_t>(bytes);
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double size = 0;
  if (exponent == 0) {
    size = std::ldexp(fraction, -24);
  } else if (exponent < 31) {
    size = std::ldexp(1024 + fraction, exponent - 25);
  } else {
    size = fraction ? std::numeric_limits<double>::quiet_NaN()
                    : std::numeric_limits<double>::infinity();
  }
  return bits >> 15 ? -size : size;
}

}  // namespace

const DType* find_dtype(std::string_view name) {
  static constexpr DType known[] = {{"F32", 4, from_f32},
                                    {"F16", 2, from_f16},
                                    {"BF16", 2, from_bf16},
                                    {"F64", 8, from_f64},
                                    {"I64", 8, nullptr}};
  for (const DType& dtype : known) {
    if (dtype.name == name) return &dtype;
  }
  return nullptr;
}

}  // namespace glass::nn
