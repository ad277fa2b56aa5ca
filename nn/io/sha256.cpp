#include "nn/io/sha256.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace glass::viz {

namespace {

using Word = std::uint32_t;

/// The first 32 bits of the fractional parts of the square (or cube) roots of the first primes:
/// numbers with nothing up their sleeve, which is why they can be computed here.
template <std::size_t Count>
std::array<Word, Count> fractions_of_roots(long double (*root)(long double)) {
  std::array<Word, Count> words{};
  int candidate = 2;
  for (Word& word : words) {
    const auto is_prime = [](int n) {
      for (int d = 2; d * d <= n; ++d)
        if (n % d == 0) return false;
      return true;
    };
    while (!is_prime(candidate)) ++candidate;
    const long double value = root(static_cast<long double>(candidate++));
    word = static_cast<Word>((value - std::floor(value)) * 4294967296.0L);
  }
  return words;
}

void compress(std::array<Word, 8>& state, const unsigned char* block) {
  static const auto k = fractions_of_roots<64>(std::cbrt);
  std::array<Word, 64> w{};
  for (std::size_t t = 0; t < 16; ++t, block += 4) {
    w[t] = Word{block[0]} << 24 | Word{block[1]} << 16 | Word{block[2]} << 8 | Word{block[3]};
  }
  for (std::size_t t = 16; t < 64; ++t) {
    const Word a = w[t - 15], b = w[t - 2];
    w[t] = w[t - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[t - 7] +
           (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
  }
  auto [a, b, c, d, e, f, g, h] = state;
  for (std::size_t t = 0; t < 64; ++t) {
    const Word choose = (e & f) ^ (~e & g), majority = (a & b) ^ (a & c) ^ (b & c);
    const Word t1 =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + choose + k[t] + w[t];
    const Word t2 = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + majority;
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + t2;
  }
  const std::array<Word, 8> working{a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < 8; ++i) state[i] += working[i];
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::array<Word, 8> state = fractions_of_roots<8>(std::sqrt);
  const auto compress_blocks = [&](std::string_view blocks) {
    for (std::size_t at = 0; at + 64 <= blocks.size(); at += 64) {
      compress(state, reinterpret_cast<const unsigned char*>(blocks.data() + at));
    }
  };
  compress_blocks(bytes);

  std::string end(bytes.substr(bytes.size() / 64 * 64));
  end += '\x80';
  while (end.size() % 64 != 56) end += '\0';
  const std::uint64_t bits = bytes.size() * 8;
  for (int shift = 56; shift >= 0; shift -= 8) end += static_cast<char>(bits >> shift & 0xff);
  compress_blocks(end);
  std::string digest;
  for (const Word word : state)
    for (int shift = 28; shift >= 0; shift -= 4) digest += "0123456789abcdef"[word >> shift & 0xf];
  return digest;
}

std::string weights_sha256(const nn::Module& module) {
  std::string bytes;
  for (const auto& list : {module.parameters(), module.buffers()})
    for (const nn::NamedTensor& entry : list) {
      bytes += entry.name;
      bytes.append(reinterpret_cast<const char*>(entry.tensor.data()),
                   entry.tensor.values().size_bytes());
    }
  return sha256(bytes);
}

}  // namespace glass::viz
