#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "autograd/node.hpp"
#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "viz/pictures/fit.hpp"

using namespace glass;
using namespace glass::viz;

namespace {

struct Point {
  double x, y;
};
using Line = std::vector<Point>;

Line arc(Point centre, double rx, double ry, double from, double to) {
  Line line;
  for (int i = 0; i <= 10; ++i) {
    const double angle = (from + (to - from) * i / 10) * 3.14159265 / 180;
    line.push_back({centre.x + rx * std::cos(angle), centre.y + ry * std::sin(angle)});
  }
  return line;
}

Line joined(Line a, const Line& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The strokes of a digit, as people write it, in a field 1 wide and 1.5 high.
std::vector<Line> strokes(int digit) {
  switch (digit) {
    case 0:
      return {arc({.5, .75}, .42, .7, -90, 270)};
    case 1:
      return {{{.3, .3}, {.55, .05}, {.55, 1.45}}};
    case 2:
      return {joined(arc({.5, .45}, .38, .4, 180, 400), {{.12, 1.42}, {.9, 1.42}})};
    case 3:
      return {joined(arc({.45, .4}, .35, .35, 200, 450), arc({.45, 1.08}, .42, .36, -90, 160))};
    case 4:
      return {{{.3, .1}, {.1, .9}, {.9, .92}}, {{.65, .4}, {.62, 1.45}}};
    case 5:
      return {joined({{.25, .1}, {.2, .65}}, arc({.45, .98}, .42, .42, -120, 140)),
              {{.25, .1}, {.85, .1}}};
    case 6:
      return {joined({{.7, .08}, {.35, .45}}, arc({.5, 1.05}, .36, .38, 190, 550))};
    case 7:
      return {{{.1, .1}, {.9, .1}, {.4, 1.45}}};
    case 8:
      return {arc({.5, .4}, .3, .33, 90, 450), arc({.5, 1.07}, .38, .36, -90, 270)};
    default:
      return {joined(arc({.48, .45}, .34, .36, 0, 360), {{.82, .45}, {.75, 1.45}})};
  }
}

double distance(Point p, Point a, Point b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  const double share = length > 0 ? ((p.x - a.x) * dx + (p.y - a.y) * dy) / length : 0;
  const double t = std::clamp(share, 0.0, 1.0);
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

using Light = std::array<double, 3>;

/// A photograph of a digit: 120x160 pixels, with noise.
struct Scene {
  double height = 75, pen = 5, x = 63, y = 73;  ///< of the digit, in pixels
  Light paper = {.85, .83, .8}, ink = {.2, .2, .22};
  double (*light)(double x, double y) = [](double, double) { return 1.0; };
  double (*print)(int x, int y) = [](int, int) { return 1.0; };  ///< what else is on the paper

  Image photograph(int digit) const {
    Image image(120, 160, 3);
    Rng rng(static_cast<std::uint64_t>(digit));
    const double scale = height / 1.5;
    const std::vector<Line> lines = strokes(digit);
    for (int row = 0; row < 160; ++row)
      for (int column = 0; column < 120; ++column) {
        const Point here{(column - x) / scale + .5, (row - y) / scale + .75};
        double nearest = 1e9;
        for (const Line& line : lines)
          for (std::size_t i = 1; i < line.size(); ++i)
            nearest = std::min(nearest, distance(here, line[i - 1], line[i]));
        const double cover = std::clamp(pen / 2 - nearest * scale + .5, 0.0, 1.0);
        for (std::size_t c = 0; c < 3; ++c) {
          const double ground = paper[c] * print(column, row);
          const double seen = (ground + cover * (ink[c] - ground)) * light(column, row);
          image.at(column, row, static_cast<Index>(c)) =
              static_cast<std::uint8_t>(std::clamp(255 * seen + 3 * rng.normal(), 0.0, 255.0));
        }
      }
    return image;
  }
};

/// All ten digits, fitted. -> [10,1,28,28]
Tensor fitted(const Scene& scene) {
  Tensor all = Tensor::empty({10, 1, 28, 28});
  auto out = all.mutable_values().begin();
  for (int digit = 0; digit < 10; ++digit) {
    const auto seen = fit_digit(scene.photograph(digit), 28, 28);
    REQUIRE(seen);
    out = std::ranges::copy(to_tensor(*seen).values(), out).out;
  }
  return all;
}

double slanted(double x, double y) { return 1 - .6 * (x / 120 + y / 160) / 2; }
double shadowed(double x, double y) { return x + y / 2 > 100 ? .5 : 1; }
double ruled(int, int y) { return y % 16 < 1 ? .7 : 1; }
double on_a_desk(int x, int y) { return x < 9 || x > 113 || y < 13 || y > 150 ? .3 : 1; }
double framed(int x, int y) {
  const bool inside = x >= 12 && x < 110 && y >= 20 && y < 144,
             within = x >= 14 && x < 108 && y >= 22 && y < 142;
  return inside && !within ? .2 : 1;
}
double specked(int x, int y) { return (x - 14) * (x - 14) + (y - 16) * (y - 16) < 3 ? .2 : 1; }

}  // namespace

TEST_CASE("fit: photographs of digits are named by each MNIST network") {
  const std::vector<std::pair<const char*, Scene>> scenes{
      {"plain", {}},
      {"uneven light", {.light = slanted}},
      {"a shadow across", {.light = shadowed}},
      {"ruled paper", {.print = ruled}},
      {"paper on a desk", {.print = on_a_desk}},
      {"in a frame", {.height = 60, .print = framed}},
      {"a speck", {.print = specked}},
      {"pencil", {.pen = 4, .ink = {.55, .55, .55}}},
      {"chalk", {.paper = {.15, .2, .17}, .ink = {.8, .8, .75}, .light = slanted}},
      {"yellow", {.paper = {.8, .8, .85}, .ink = {.9, .85, .1}}},
      {"red", {.ink = {.8, .15, .2}}},
      {"thin", {.pen = 2}},
      {"thick", {.pen = 12}},
      {"small", {.height = 35, .pen = 3}},
      {"large", {.height = 130, .pen = 11, .y = 80}},
  };
  std::vector<nn::Model> models;
  for (const std::string name : {"mnist-cnn", "mnist-judge", "mnist-robust"}) {
    models.push_back(nn::load_model(weights_folder + name + ".json"));
    models.back().eval();
  }
  const NoGrad no_grad;
  for (const auto& scene : scenes) {
    const Tensor digits = fitted(scene.second);
    for (nn::Model& model : models) {
      const std::vector<Index> answers =
          argmax(model.outputs(model.logits_layer(), digits).back(), 1);
      int right = 0;
      for (std::size_t digit = 0; digit < 10; ++digit) {
        right += answers[digit] == static_cast<Index>(digit);
      }
      CHECK_MESSAGE(right >= 9, model.name, ", ", scene.first, ": ", right);
    }
  }
}

TEST_CASE(
    "fit: the longer side is 20 of 28 pixels, the centre of mass in the middle, ink is white") {
  for (const auto& [width, height] : {std::pair<Index, Index>{28, 28}, {56, 64}}) {
    const auto seen = fit_digit(Scene().photograph(7), width, height);
    REQUIRE(seen);
    REQUIRE(seen->width == width);
    REQUIRE(seen->height == height);
    double mass = 0, x_moment = 0, y_moment = 0;
    Index top = height, bottom = 0;
    for (Index y = 0; y < height; ++y)
      for (Index x = 0; x < width; ++x) {
        const double value = seen->at(x, y);
        mass += value;
        x_moment += value * (static_cast<double>(x) + .5);
        y_moment += value * (static_cast<double>(y) + .5);
        if (value < 128) continue;
        top = std::min(top, y);
        bottom = std::max(bottom, y + 1);
      }
    CHECK(x_moment / mass == doctest::Approx(static_cast<double>(width) / 2).epsilon(.02));
    CHECK(y_moment / mass == doctest::Approx(static_cast<double>(height) / 2).epsilon(.02));
    CHECK(std::abs(bottom - top - std::min(width, height) * 20 / 28) <= 1);
    CHECK(*std::ranges::max_element(seen->pixels) == 255);
    CHECK(seen->at(0, 0) == 0);
  }
}

TEST_CASE("fit: a picture without ink gives nothing, the smallest ones something or nothing") {
  CHECK_FALSE(fit_digit(Image(300, 200, 3, 200), 28, 28));
  CHECK_FALSE(fit_digit(Image(1, 1, 1, 0), 28, 28));
  CHECK_FALSE(fit_digit(Scene{.pen = 0, .x = -1000}.photograph(1), 28, 28));
  for (Index width = 1; width < 6; ++width)
    for (Index height = 1; height < 6; ++height) {
      Image image(width, height, 1, 255);
      image.at(0, 0) = 0;
      CHECK_NOTHROW(fit_digit(image, 28, 28));
      CHECK_NOTHROW(fit_digit(image, 1, 1));
      CHECK_NOTHROW(fit_photo(image, 3, 2));
    }
}

TEST_CASE("fit: dark on light is told from light on dark") {
  CHECK(is_dark_on_light(Scene{.light = slanted}.photograph(4)));
  CHECK_FALSE(is_dark_on_light(Scene{.paper = {.1, .1, .1}, .ink = {.9, .9, .9}}.photograph(4)));
  CHECK_FALSE(is_dark_on_light(Image(28, 28, 1, 128)));
}

TEST_CASE("fit: of a photograph the middle in the right proportions") {
  Image image(60, 20, 3);
  for (Index y = 0; y < 20; ++y)
    for (Index x = 20; x < 40; ++x) image.at(x, y, 1) = 200;
  const Image middle = fit_photo(image, 8, 8);
  CHECK(middle.width == 8);
  CHECK(middle.height == 8);
  for (Index x = 0; x < 8; ++x) CHECK(std::abs(middle.at(x, 3, 1) - 200) < 3);
}
