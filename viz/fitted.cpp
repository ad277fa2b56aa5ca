#include "viz/fitted.hpp"

#include "viz/pictures/fit.hpp"
#include "viz/start.hpp"

namespace glass::viz {

std::optional<Image> fitted(const Image& picture, const nn::Model& model) {
  const Index height = model.input_shape[1], width = model.input_shape[2];
  if (model.input_shape[0] == 3) return fit_photo(picture, width, height);
  std::optional<Image> digit = fit_digit(picture, width, height);
  if (digit && centre_of(model).front() > 0.75) {
    for (std::uint8_t& pixel : digit->pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
  }
  return digit;
}

}  // namespace glass::viz
