#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>

#include "autograd/threads.hpp"
#include "nn/io/sha256.hpp"
#include "viz/web/painter.hpp"

using namespace glass;
using viz::web::Json, viz::web::Painter;

/// Paints what tests/web/paintings.json lists, and prints for each painting the SHA-256 of its floats; with
/// `paint PROJECT --floats NAME`, also those of one. Where no product is fused with a sum, as in a browser and on a PC without
/// GLASS_NATIVE, both are the same for the same settings.
int main(int argc, char** argv) {
  kernels::set_threads(1);
  const std::string project = argc > 1 ? argv[1] : ".";
  std::ifstream file(project + "/tests/web/paintings.json");
  const Json paintings = Json::parse(file);
  for (const auto& [name, painting] : paintings.items()) {
    Painter painter(project + "/weights/" + painting["network"].get<std::string>() + ".json");
    painter.begin(painting["run"]);
    painter.advance(painting["steps"], false);
    const std::span<const real> pixels = painter.images().values();
    const std::string_view bytes(reinterpret_cast<const char*>(pixels.data()), pixels.size_bytes());
    std::cout << name << ' ' << viz::sha256(bytes) << '\n';
    if (argc > 3 && name == argv[3]) {
      for (const real pixel : pixels) std::cout << pixel << '\n';
    }
  }
}
