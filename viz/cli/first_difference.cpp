#include "viz/cli/first_difference.hpp"

#include <algorithm>
#include <cstdlib>

#include "viz/cli/manifest_file.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

namespace glass::viz::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Where two pictures differ first, in words.
std::string first_difference(const Image& a, const Image& b) {
  if (a.width != b.width || a.height != b.height) {
    return text("size ", a.width, "x", a.height, " in the file, ", b.width, "x", b.height, " now");
  }
  for (Index y = 0; y < a.height; ++y)
    for (Index x = 0; x < a.width; ++x)
      for (Index c = 0; c < a.channels; ++c)
        if (a.at(x, y, c) != b.at(x, y, c)) {
          return text("pixel (", x, ",", y, "), channel ", c, ": ", int{a.at(x, y, c)},
                      " in the file, ", int{b.at(x, y, c)}, " now");
        }
  return {};
}

std::string first_difference(const Tensor& a, const Tensor& b) {
  if (a.shape() != b.shape()) return text("shape ", a.shape(), " in the file, ", b.shape(), " now");
  for (Index i = 0; i < a.size(); ++i) {
    if (a.data()[i] == b.data()[i]) continue;
    std::string place;
    Index rest = i, size = a.size();
    for (const Index dimension : a.shape()) {
      size /= dimension;
      place += (place.empty() ? "" : ",") + std::to_string(rest / size);
      rest %= size;
    }
    return text("element [", place, "]: ", a.data()[i], " in the file, ", b.data()[i], " now");
  }
  return {};
}

/// `what` is the name of the whole.
std::string first_difference(const Json& a, const Json& b, const std::string& what) {
  const auto shown = [](const Json& value) {  // a picture within a page is long
    const std::string words = value.dump(-1, ' ', true);
    return words.size() > 80 ? words.substr(0, 77) + "..." : words;
  };
  const Json left = a.flatten(), right = b.flatten();
  for (const auto& [name, value] : left.items()) {
    const std::string then = text(what, name, ": ", shown(value), " in the file, ");
    if (!right.contains(name)) return then + "nothing now";
    if (right[name] != value) return then + shown(right[name]) + " now";
  }
  return {};
}

}  // namespace

std::string first_difference(const std::string& a, const std::string& b) {
  std::string difference;
  if (a.ends_with(".html")) {
    difference = first_difference(data_of_page(a), data_of_page(b), "data");
  } else if (a.ends_with(".npy")) {
    difference = first_difference(read_npy(a), read_npy(b));
  } else {
    difference = first_difference(read_png(a, 3), read_png(b, 3));
  }
  if (difference.empty()) {
    difference = first_difference(read_manifest(a), read_manifest(b), "manifest");
  }
  return difference.empty() ? "the same content, but other bytes" : difference;
}

std::optional<Distance> distance(const std::string& a, const std::string& b) {
  Json older = read_manifest(a), newer = read_manifest(b), both = newer;
  both["options"].update(older["options"]);
  older["options"] = newer["options"];
  if (both != newer || older != newer || newer["output"] == "animation") return {};
  const Image left = read_png(a, 3), right = read_png(b, 3);
  if (left.width != right.width || left.height != right.height) return {};
  Distance distance{};
  for (std::size_t i = 0; i < left.pixels.size(); ++i) {
    const int difference = std::abs(left.pixels[i] - right.pixels[i]);
    distance.mean += difference;
    distance.most = std::max(distance.most, difference);
  }
  distance.mean /= static_cast<double>(left.pixels.size());
  return distance;
}

}  // namespace glass::viz::cli
