#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

/// From the ground up: a room may include itself and the rooms below it. Folders in a room belong to it,
/// but for those that are rooms themselves.
const std::vector<std::vector<std::string>> floors = {
    {"autograd"},  {"optim", "nn"},        {"nn/io"},  {"nn/data"}, {"viz/pictures"}, {"viz"},
    {"viz/pages"}, {"viz/cli", "viz/web"}, {"weights"}};

struct Room {
  std::string name;
  std::size_t floor = 0;
};

Room room_of(const std::string& file) {
  Room found;
  for (std::size_t floor = 0; floor < floors.size(); ++floor)
    for (const std::string& name : floors[floor]) {
      if (file.starts_with(name + '/') && name.size() > found.name.size()) found = {name, floor};
    }
  return found;
}

using Includes = std::map<std::string, std::vector<std::string>>;

/// What each source includes of this project.
const Includes& includes() {
  static const Includes all = [] {
    const fs::path project = GLASS_SOURCE_DIR;
    Includes found;
    for (const char* folder : {"autograd", "nn", "optim", "viz", "weights"})
      for (const auto& entry : fs::recursive_directory_iterator(project / folder)) {
        const std::string extension = entry.path().extension();
        if (extension != ".hpp" && extension != ".cpp") continue;
        std::vector<std::string>& of_file = found[fs::relative(entry.path(), project)];
        std::ifstream file(entry.path());
        const std::string begin = "#include \"";
        for (std::string line; std::getline(file, line);) {
          if (!line.starts_with(begin)) continue;
          of_file.push_back(line.substr(begin.size(), line.rfind('"') - begin.size()));
        }
      }
    return found;
  }();
  return all;
}

}  // namespace

TEST_CASE("rooms: nothing includes upwards, or from a room beside it") {
  REQUIRE(includes().size() > 200);
  for (const auto& source : includes())
    for (const std::string& other : source.second) {
      const Room from = room_of(source.first), to = room_of(other);
      CAPTURE(source.first);
      CAPTURE(other);
      REQUIRE(includes().contains(other));
      CHECK((to.name == from.name || to.floor < from.floor));
    }
}

TEST_CASE("rooms: no file includes itself, over however many others") {
  std::map<std::string, std::size_t> depth;  // of what is below it; 0 while it is being looked at
  const auto look = [&](const auto& self, const std::string& file) -> std::size_t {
    const auto [place, is_new] = depth.insert({file, 0});
    if (!is_new) {
      CAPTURE(file);
      CHECK(place->second > 0);  // else it is among those that include it
      return place->second;
    }
    std::size_t deepest = 0;
    for (const std::string& other : includes().at(file)) {
      deepest = std::max(deepest, self(self, other));
    }
    return depth[file] = deepest + 1;
  };
  for (const auto& [file, included] : includes()) look(look, file);
}
