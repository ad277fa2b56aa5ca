#include "viz/diagnosis.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "autograd/node.hpp"
#include "autograd/table.hpp"
#include "viz/finite.hpp"
#include "viz/saliency.hpp"

namespace glass::viz {

namespace {

std::span<const real> part(const Tensor& batch, Index n) {
  const Index size = batch.size() / batch.shape()[0];
  return batch.values().subspan(static_cast<std::size_t>(n * size), static_cast<std::size_t>(size));
}

std::string percent(Index part, Index whole) {
  return formatted("%.0f %%", 100 * static_cast<double>(part) / static_cast<double>(whole));
}

/// How many of a layer's outputs have a derivative of exactly 0; none if it is no such layer.
std::optional<Index> flat_outputs(const std::string& type, std::span<const real> h) {
  const auto count = [&](auto is_flat) { return std::ranges::count_if(h, is_flat); };
  if (type == "ReLU") return count([](real v) { return v == 0; });
  if (type == "Sigmoid") return count([](real v) { return v == 0 || v == 1; });
  if (type == "Tanh") return count([](real v) { return v == 1 || v == -1; });
  return {};
}

/// Whether every way from the input to layer `last` leads through layer i.
bool is_on_every_way(const nn::Sequential& layers, Index i, Index last) {
  std::vector<bool> reached(static_cast<std::size_t>(last) + 1);  // on a way around it
  for (Index j = 0; j <= last; ++j) {
    reached[static_cast<std::size_t>(j)] =
        j != i && std::ranges::any_of(layers.inputs(j), [&](Index k) {
          return k < 0 || reached[static_cast<std::size_t>(k)];
        });
  }
  return !reached.back();
}

/// The first layer that lets nothing through, or else how much each lets through.
std::string activations(const nn::Model& model, const std::vector<Tensor>& outputs, Index n,
                        const std::string& try_image) {
  std::string each;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string type = model.layers.layer(static_cast<Index>(i)).type();
    const std::string alias = model.layers.alias(static_cast<Index>(i));
    const auto h = part(outputs[i], n);
    const auto size = static_cast<Index>(h.size());
    const std::optional<Index> flat = flat_outputs(type, h);
    if (!flat) continue;
    if (*flat == size && is_on_every_way(model.layers, static_cast<Index>(i),
                                         static_cast<Index>(outputs.size()) - 1)) {
      return text(alias, " lets nothing through: all ", size, " outputs are ",
                  type == "ReLU" ? "0 (dead ReLUs)" : "saturated", try_image);
    }
    each += (each.empty() ? "" : ", ") + alias + ' ' + percent(*flat, size);
  }
  return "outputs without a derivative: " + (each.empty() ? "none" : each) + try_image;
}

/// Why a probability stays what it is, whatever its logits do.
std::string saturation(const nn::Model& model, std::span<const real> logits, Index k,
                       double value) {
  const double own = logits[static_cast<std::size_t>(k)];
  std::string facts = text("sigmoid is saturated: the class's logit is ", own);
  if (!model.sigmoids()) {
    double rival = -std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < logits.size(); ++j) {
      if (static_cast<Index>(j) != k) rival = std::max<double>(rival, logits[j]);
    }
    facts = text("softmax is saturated: the class's logit ", own, " is ", std::abs(own - rival),
                 own < rival ? " below" : " above", " the largest other");
  }
  return text("the ", facts, ", the objective is ", value);
}

std::optional<std::string> not_finite(const nn::Model& model, const std::vector<Tensor>& outputs,
                                      Index n) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string found = count_not_finite(
        part(outputs[i], n), "outputs of " + model.layers.alias(static_cast<Index>(i)));
    if (!found.empty()) return found + "; are its weights damaged?";
  }
  return {};
}

/// True if the class's logit has a gradient to image[1,C,H,W].
bool logit_reaches(const nn::Model& model, Index k, Tensor image) {
  sum(Objective(model, text("logit:index:", k))(model, image.requires_grad(true))).backward();
  return norms(image.grad()).front() > 0;
}

}  // namespace

std::vector<std::string> diagnose(const nn::Model& model, const Objective& objective,
                                  const Tensor& image, const Advice& advice) {
  const auto N = static_cast<std::size_t>(image.shape()[0]);
  if (!image.requires_grad()) {
    return std::vector<std::string>(
        N, "the image is frozen: nothing was asked for its gradient; call requires_grad(true)");
  }
  if (model.training()) {
    return std::vector<std::string>(
        N,
        "the network is in training mode, where dropout and batch normalisation answer "
        "differently each time; call eval()");
  }
  const Tensor x = image.clone().requires_grad(true);
  sum(objective(model, x)).backward();
  const std::vector<double> sizes = norms(x.grad());

  const Tensor seen = image.detach();  // off the tape
  const std::vector<Tensor> outputs = model.outputs(objective.last_layer(), seen);
  const Tensor values = objective(model, seen);
  std::vector<std::string> causes;
  for (std::size_t i = 0; i < N; ++i) {
    const auto n = static_cast<Index>(i);
    causes.emplace_back();
    if (sizes[i] > 0 && std::isfinite(sizes[i])) continue;
    if (const auto damage = not_finite(model, outputs, n)) {
      causes.back() = *damage;
    } else if (objective.of_class() && objective.saturates() &&
               logit_reaches(model, objective.unit(n), narrow(seen, 0, n, 1))) {
      const Tensor logits =
          model.class_logits(outputs[static_cast<std::size_t>(model.logits_layer())]);
      causes.back() = saturation(model, part(logits, n), objective.unit(n), values.values()[i]) +
                      "; try " + advice.logit;
    } else {
      causes.back() = activations(model, outputs, n, "; try " + advice.image);
    }
  }
  return causes;
}

}  // namespace glass::viz
