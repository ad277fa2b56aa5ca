#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace glass {
std::vector<double> central_difference_errors();
}
namespace glass_double {  // what the twin's namespace is called
std::vector<double> central_difference_errors();
}

namespace {

constexpr int left = 60, top = 24, width = 540, height = 300, decades = 12;

int x_of(double k) { return left + static_cast<int>(std::lround(k / decades * width)); }
int y_of(double error) {
  const double exponent = std::clamp(-std::log10(error), 0.0, double(decades));
  return top + static_cast<int>(std::lround(exponent / decades * height));
}

std::string word(int x, int y, const std::string& text, const std::string& style) {
  return "<text x=\"" + std::to_string(x) + "\" y=\"" + std::to_string(y) + "\" " + style + ">" +
         text + "</text>\n";
}

std::string curve(const std::vector<double>& errors, const std::string& style) {
  std::string points;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    points += std::to_string(x_of(0.25 * double(i))) + "," + std::to_string(y_of(errors[i])) + " ";
  }
  return "<polyline points=\"" + points + "\" fill=\"none\" stroke-width=\"2\" " + style + "/>\n";
}

/// Both axes logarithmic: the step, from 1 to 10^-12, and the error.
std::string drawing(const std::vector<double>& in_float, const std::vector<double>& in_double) {
  std::string svg =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 380\" "
      "font-family=\"sans-serif\" "
      "font-size=\"13\">\n<title>Finite differences: the error against the step</title>\n"
      "<desc>Two curves shaped like a V: a smaller step first helps, until rounding takes over, in "
      "float "
      "(dashed) long before it does in double.</desc>\n<rect width=\"640\" height=\"380\" "
      "fill=\"white\"/>\n";
  for (int k = 0; k <= decades; k += 2) {
    const std::string power = k == 0 ? "1" : "1e-" + std::to_string(k), x = std::to_string(x_of(k));
    const int y = y_of(std::pow(10.0, -k));
    svg += "<path d=\"M" + x + " " + std::to_string(top) + "v" + std::to_string(height) + "M" +
           std::to_string(left) + " " + std::to_string(y) + "h" + std::to_string(width) +
           "\" stroke=\"#ddd\"/>\n";
    svg += word(x_of(k), top + height + 18, power, "text-anchor=\"middle\"");
    svg += word(left - 8, y + 4, power, "text-anchor=\"end\"");
  }
  svg += curve(in_float, "stroke=\"#d55e00\" stroke-dasharray=\"7 3\"") +
         curve(in_double, "stroke=\"#0072b2\"");
  svg += word(left + width / 2, top + height + 42, "step h", "text-anchor=\"middle\"");
  svg +=
      word(left, 16, "largest error of a central difference, relative to the largest gradient", "");
  svg += word(x_of(6.4), y_of(0.02), "in float", "fill=\"#d55e00\"");
  svg += word(x_of(8.2), y_of(1e-8), "in double", "fill=\"#0072b2\"");
  return svg + "</svg>\n";
}

}  // namespace

/// The error of central differences against their step, in both precisions of the library.
int main() {
  const std::vector<double> in_float = glass::central_difference_errors();
  const std::vector<double> in_double = glass_double::central_difference_errors();
  std::puts("step    float   double");
  for (std::size_t i = 0; i < in_float.size(); i += 4) {
    std::printf("1e-%02zu  %.0e   %.0e\n", i / 4, in_float[i], in_double[i]);
  }
  std::ofstream("finite-differences.svg") << drawing(in_float, in_double);
}
