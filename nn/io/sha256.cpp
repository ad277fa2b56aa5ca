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

/// Stirs the first 64 of `bytes` into the state.
void compress(std::array<Word, 8>& state, std::string_view bytes) {
  const auto* block = reinterpret_cast<const unsigned char*>(bytes.data());
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

/// The digest of bytes that come piece by piece.
class Sha256 {
 public:
  void add(std::string_view bytes) {
    length_ += bytes.size();
    if (!begun_.empty()) {
      const std::string_view more = bytes.substr(0, block - begun_.size());
      begun_ += more;
      bytes.remove_prefix(more.size());
      if (begun_.size() < block) return;
      compress(state_, begun_);
    }
    for (; bytes.size() >= block; bytes.remove_prefix(block)) compress(state_, bytes);
    begun_ = bytes;
  }

  /// In hexadecimal digits; nothing can be added afterwards.
  std::string finish() {
    const std::uint64_t bits = 8 * length_;
    std::string end = "\x80";
    while ((length_ + end.size()) % block != block - 8) end += '\0';
    for (int shift = 56; shift >= 0; shift -= 8) end += static_cast<char>(bits >> shift & 0xff);
    add(end);
    std::string digest;
    for (const Word word : state_)
      for (int shift = 28; shift >= 0; shift -= 4)
        digest += "0123456789abcdef"[word >> shift & 0xf];
    return digest;
  }

 private:
  static constexpr std::size_t block = 64;  ///< bytes that are compressed together

  std::array<Word, 8> state_ = fractions_of_roots<8>(std::sqrt);
  std::uint64_t length_ = 0;
  std::string begun_;  ///< the beginning of a block
};

}  // namespace

std::string sha256(std::string_view bytes) {
  Sha256 digest;
  digest.add(bytes);
  return digest.finish();
}

std::string weights_sha256(const nn::Module& module) {
  Sha256 digest;
  for (const auto& list : {module.parameters(), module.buffers()})
    for (const nn::NamedTensor& entry : list) {
      digest.add(entry.name);
      digest.add(
          {reinterpret_cast<const char*>(entry.tensor.data()), entry.tensor.values().size_bytes()});
    }
  return digest.finish();
}

}  // namespace glass::viz
