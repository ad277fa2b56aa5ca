#include <doctest/doctest.h>
#include <unistd.h>

#include <fstream>

#include "hostile.hpp"
#include "nn/io/model_file.hpp"
#include "run_program.hpp"
#include "skip.hpp"
#include "test_data_files.hpp"

using namespace glass;

/// Large networks are read once, and held once.
namespace {

constexpr std::uint64_t weight_bytes = std::uint64_t{4096} * 4096 * 4 + 4096 * 4;  // 67 MB

/// A network with so many bytes of weights, all 0: a file that takes no disk.
std::string large_model(const TemporaryFolder& folder) {
  data_files::write(
      folder / "m.json",
      R"({"name": "large", "input": {"shape": [1, 64, 64]}, "layers": [{"type": "Flatten"},
          {"type": "Linear", "in_features": 4096, "out_features": 4096}], "weights": "w.safetensors"})");
  const std::string header =
      R"({"1.weight":{"dtype":"F32","shape":[4096,4096],"data_offsets":[0,67108864]},)"
      R"("1.bias":{"dtype":"F32","shape":[4096],"data_offsets":[67108864,67125248]}})";
  data_files::write(folder / "w.safetensors", hostile::safetensors(header));
  REQUIRE(truncate((folder / "w.safetensors").c_str(),
                   static_cast<off_t>(8 + header.size() + weight_bytes)) == 0);
  return folder / "m.json";
}

/// What this process has read from files so far, in bytes; nothing where the system does not count.
std::uint64_t bytes_read() {
  std::ifstream counters("/proc/self/io");
  std::string name;
  std::uint64_t value = 0;
  counters >> name >> value;
  return name == "rchar:" ? value : 0;
}

}  // namespace

TEST_CASE("large weights: the file is read once") {
  if (bytes_read() == 0) return skip("no /proc/self/io");
  const TemporaryFolder folder;
  const std::string path = large_model(folder);
  const std::uint64_t before = bytes_read();
  const nn::Model model = nn::load_model(path);
  const std::uint64_t read = bytes_read() - before;
  CHECK(read >= weight_bytes);
  CHECK(read < weight_bytes + weight_bytes / 100);
}

TEST_CASE("large weights: to load them and to compute their digest takes their size and a tenth") {
  if (sanitized) return skip("a sanitizer takes memory of its own");
  const TemporaryFolder folder;
  const std::string path = large_model(folder);
  constexpr std::uint64_t program = 16 << 20;
  const auto info = [&](std::uint64_t bytes) {
    return run_program("ulimit -d " + std::to_string(bytes / 1024) + " && " + GLASS_VIZ_PROGRAM +
                       " info " + path)
        .code;
  };
  CHECK(info(program + weight_bytes + weight_bytes / 10) == 0);
  // Where a limit does not bind, the line above says nothing.
  if (info(weight_bytes / 2) == 0) return skip("no limit on memory");
}
