#include "viz/web/viewer.hpp"

#include <algorithm>
#include <optional>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "viz/attribution.hpp"
#include "viz/fitted.hpp"
#include "viz/scores.hpp"
#include "viz/start.hpp"

namespace glass::viz::web {

namespace {

/// Of three channels that are equal, the first.
Image of_channels(const Image& picture, Index channels) {
  if (channels == picture.channels) return picture;
  Image one(picture.width, picture.height, 1);
  for (Index y = 0; y < picture.height; ++y)
    for (Index x = 0; x < picture.width; ++x) one.at(x, y) = picture.at(x, y);
  return one;
}

/// As many questions as a pen leaves time for.
AttributionOptions quick_options(const nn::Model& model, const Objective& objective) {
  const Shape& in = model.input_shape;
  const Index window = std::max<Index>(1, std::min(in[1], in[2]) / 7);
  const Tensor usual =
      Tensor::zeros({1, in[0], in[1], in[2]}) + Tensor::from({1, in[0], 1, 1}, centre_of(model));
  return {.baseline = usual,
          .samples = 12,
          .steps = 12,
          .layer = last_map(model, objective),
          .window = window,
          .stride = std::max<Index>(1, 3 * window / 4)};
}

}  // namespace

Json Viewer::look(const Image& picture, bool fit) {
  forget();
  const Shape& in = model_.input_shape;
  if (in[0] != 1 && in[0] != 3) {
    throw FileError(
        text(model_.name, " takes pictures of ", in[0], " channels, and those here have 1 or 3"));
  }
  if (!fit && (picture.width != in[2] || picture.height != in[1])) {
    throw FileError(text(model_.name, " takes pictures of ", in[2], "x", in[1], ", this one has ",
                         picture.width, "x", picture.height));
  }
  const std::optional<Image> seen = fit ? fitted(picture, model_) : of_channels(picture, in[0]);
  Json json{{"probabilities", Json::array()}};
  if (!seen) return json;
  picture_ = to_tensor(*seen);
  const NoGrad no_grad;
  for (const real p : model_.probabilities(logits_of(model_, picture_)).values()) {
    json["probabilities"].push_back(p);
  }
  return json;
}

Json Viewer::methods() {
  Json json = Json::array();
  for (const NamedMethod& method : attribution_methods()) {
    json.push_back({{"name", method.name}, {"title", method.title}});
  }
  return json;
}

Json Viewer::attribute(const std::string& method, Index label) {
  if (!picture_) throw Error("attribution: there is nothing to see");
  const auto& all = attribution_methods();
  const auto asked = std::ranges::find(all, method, &NamedMethod::name);
  if (asked == all.end()) throw Error("'" + method + "': there is no such method of attribution");
  if (label < 0) label = argmax(logits_of(model_, picture_), 1).front();
  const Objective objective(model_, text("logit:index:", label));
  const Tensor maps = asked->method(model_, objective, picture_, quick_options(model_, objective));
  const NoGrad no_grad;
  const Shape& shape = maps.shape();
  map_ = reshape(sum(maps, {1}, true), {1, shape[2], shape[3]});
  return {{"class", label}};
}

}  // namespace glass::viz::web
