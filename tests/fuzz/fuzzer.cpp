#include <algorithm>
#include <cstdint>

#include "targets.hpp"

/// What libFuzzer calls with bytes of its own making. An exception that comes out ends the run, and
/// the bytes are kept.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto target = std::ranges::find_if(fuzz::targets(), [](const fuzz::Target& each) {
    return std::string(each.name) == GLASS_FUZZ_TARGET;
  });
  target->run(std::string(reinterpret_cast<const char*>(bytes), size));
  return 0;
}
