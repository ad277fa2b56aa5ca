#include "viz/cli/attribute_controls.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>

#include "autograd/statistics.hpp"
#include "nn/io/sha256.hpp"
#include "viz/cli/commands.hpp"
#include "viz/cli/manifest_file.hpp"
#include "viz/cli/progress.hpp"
#include "viz/pictures/chart.hpp"
#include "viz/pictures/sheet.hpp"
#include "viz/saliency.hpp"
#include "viz/scores.hpp"

namespace glass::viz::cli {

namespace {

using Json = nlohmann::ordered_json;
using Numbers = std::vector<double>;

/// Nine tenths of what two maps say differ where their correlation is below this.
constexpr double alike = 0.3;
/// Of other classes, as many as MNIST has.
constexpr std::size_t most_others = 9;

/// The numbers behind a Control.
struct Samples {
  std::vector<Numbers> random, random_magnitude;
  Numbers others, deletion, insertion, less_deletion, more_insertion;
  std::vector<Tensor> maps;
};

Objective objective_for(const nn::Model& model, const ControlPlan& plan, Index k) {
  return Objective(model, text(plan.objective, ":index:", k));
}

/// The most probable classes but k.
std::vector<Index> other_classes(const nn::Model& model, const Subject& subject) {
  const Tensor logits = logits_of(model, subject.image);
  std::vector<Index> classes(static_cast<std::size_t>(logits.size()));
  std::iota(classes.begin(), classes.end(), Index{0});
  std::erase(classes, subject.k);
  std::ranges::stable_sort(classes, std::greater<>(), [&](Index k) { return logits.data()[k]; });
  classes.resize(std::min(classes.size(), most_others));
  return classes;
}

/// All numbers of the only picture, or the mean of one of many.
void take(Numbers& to, const Numbers& found, const ControlPlan& plan) {
  if (found.empty()) return;
  if (plan.subjects.size() == 1) {
    to.insert(to.end(), found.begin(), found.end());
  } else {
    to.push_back(mean(found));
  }
}

/// A map of zeros, which resembles nothing and proves nothing.
bool is_empty(const Numbers& map) {
  return std::ranges::all_of(map, [](double value) { return value == 0; });
}

Numbers magnitudes(Numbers map) {
  for (double& value : map) value = std::abs(value);
  return map;
}

/// Everything about one picture.
class Trial {
 public:
  Trial(nn::Model& model, const ControlPlan& plan, const Subject& subject)
      : model_(model),
        plan_(plan),
        subject_(subject),
        options_(plan.options(subject.image)),
        objective_(objective_for(model, plan, subject.k)) {
    for (const NamedMethod& method : plan.methods) maps_.push_back(map(method, objective_));
  }

  void randomise(std::vector<Samples>& samples, std::vector<std::string>& layers) const {
    const std::vector<std::vector<Numbers>> none(maps_.size());
    auto found = none, found_magnitude = none;  // by method, stage and seed
    for (int run = 0; run < plan_.seeds; ++run) {
      Cascade cascade(model_, plan_.seed + static_cast<std::uint64_t>(run));
      std::size_t stage = 0;
      for (Index layer; (layer = cascade.next()) >= 0; ++stage) {
        if (layers.size() == stage) layers.push_back(model_.layers.alias(layer));
        for (std::size_t m = 0; m < maps_.size(); ++m) {
          const Tensor random = tensor(plan_.methods[m], objective_);
          if (samples[m].maps.size() == stage) samples[m].maps.push_back(random);
          const Numbers now = pixel_sums(random);
          found[m].resize(std::max(found[m].size(), stage + 1));
          found_magnitude[m].resize(found[m].size());
          found[m][stage].push_back(std::abs(rank_correlation(maps_[m], now)));
          found_magnitude[m][stage].push_back(
              rank_correlation(magnitudes(maps_[m]), magnitudes(now)));
        }
      }
    }
    for (std::size_t m = 0; m < maps_.size(); ++m) {
      samples[m].random.resize(layers.size());
      samples[m].random_magnitude.resize(layers.size());
      if (is_empty(maps_[m])) continue;
      for (std::size_t s = 0; s < layers.size(); ++s) {
        take(samples[m].random[s], found[m][s], plan_);
        take(samples[m].random_magnitude[s], found_magnitude[m][s], plan_);
      }
    }
  }

  void compare_classes(std::vector<Samples>& samples) const {
    const std::vector<Index> others = other_classes(model_, subject_);
    for (std::size_t m = 0; m < maps_.size(); ++m) {
      if (is_empty(maps_[m])) continue;
      Numbers found;
      for (const Index k : others) {
        const Numbers other = map(plan_.methods[m], objective_for(model_, plan_, k));
        found.push_back(rank_correlation(maps_[m], other));
      }
      take(samples[m].others, found, plan_);
    }
  }

  void replace_pixels(std::vector<Samples>& samples) const {
    Numbers random_deletion, random_insertion;
    for (int run = 0; run < plan_.seeds; ++run) {
      const Numbers equal(maps_.front().size());
      const auto order = falling_order(equal, plan_.seed + static_cast<std::uint64_t>(run));
      random_deletion.push_back(deletion(order));
      random_insertion.push_back(insertion(order));
    }
    for (std::size_t m = 0; m < maps_.size(); ++m) {
      const std::vector<Index> order = falling_order(maps_[m], plan_.seed);
      const double fall = deletion(order), rise = insertion(order);
      take(samples[m].deletion, {fall}, plan_);
      take(samples[m].insertion, {rise}, plan_);
      Numbers less, more;
      for (const double area : random_deletion) less.push_back(area - fall);
      for (const double area : random_insertion) more.push_back(rise - area);
      take(samples[m].less_deletion, less, plan_);
      take(samples[m].more_insertion, more, plan_);
    }
  }

 private:
  Tensor tensor(const NamedMethod& method, const Objective& objective) const {
    return method.method(model_, objective, subject_.image, options_);
  }
  Numbers map(const NamedMethod& method, const Objective& objective) const {
    return pixel_sums(tensor(method, objective));
  }
  double deletion(const std::vector<Index>& order) const {
    return area_on_the_way(model_, subject_.k, subject_.image, options_.baseline, order);
  }
  double insertion(const std::vector<Index>& order) const {
    return area_on_the_way(model_, subject_.k, options_.baseline, subject_.image, order);
  }

  nn::Model& model_;
  const ControlPlan& plan_;
  const Subject& subject_;
  AttributionOptions options_;
  Objective objective_;
  std::vector<Numbers> maps_;  ///< of each method
};

Control control_of(const Samples& samples) {
  Control control{.random = {},
                  .random_magnitude = {},
                  .others = estimate(samples.others),
                  .deletion = estimate(samples.deletion),
                  .insertion = estimate(samples.insertion),
                  .less_deletion = estimate(samples.less_deletion),
                  .more_insertion = estimate(samples.more_insertion),
                  .maps = samples.maps};
  for (const Numbers& stage : samples.random) control.random.push_back(estimate(stage));
  for (const Numbers& stage : samples.random_magnitude) {
    control.random_magnitude.push_back(estimate(stage));
  }
  return control;
}

/// "passes" where the whole interval is above the threshold, "fails" where it is below.
std::string verdict(const Estimate& value, double threshold, bool should_be_above) {
  const double above = should_be_above ? value.mean - threshold : threshold - value.mean;
  return above > value.margin ? "passes" : above < -value.margin ? "fails" : "unclear";
}

std::string words(const Estimate& value) {
  if (std::isnan(value.mean)) return "-";
  const std::string mean = formatted("%.2f", value.mean);
  return std::isinf(value.margin) ? mean : mean + " +-" + formatted("%.2f", value.margin);
}

/// Before any layer is random, the map is all like itself.
Curve curve_of(const std::string& title, const std::vector<Estimate>& stages) {
  Curve curve{.label = title, .values = {1}, .margins = {0}, .ticks = {0, alike, 1}};
  for (const Estimate& stage : stages) {
    curve.values.push_back(stage.mean);
    curve.margins.push_back(stage.margin);
  }
  return curve;
}

/// A small chart for each method, all on one scale, so that no colours need to tell them apart.
Image draw_curves(const ControlPlan& plan, const Controls& controls) {
  std::vector<Tile> tiles;
  for (std::size_t m = 0; m < plan.methods.size(); ++m) {
    const Curve curve = curve_of(plan.methods[m].title, controls.methods[m].random);
    tiles.push_back({draw_chart({curve}, 224, 180, "layers random"), {}});
  }
  const std::size_t subjects = plan.subjects.size();
  const std::string over =
      subjects == 1 ? text(plan.seeds, " random networks") : text(subjects, " test images");
  return titled("what is left: rank correlation over " + over +
                    ", 95 % intervals; passes if the last bar is below 0.3",
                make_sheet(tiles, 4));
}

Json json_of(const Estimate& value) { return {{"mean", value.mean}, {"margin", value.margin}}; }

}  // namespace

Controls run_controls(nn::Model& model, const ControlPlan& plan) {
  const std::string before = weights_sha256(model);
  Controls controls;
  std::vector<Samples> samples(plan.methods.size());
  const std::size_t subjects = plan.subjects.size();
  Progress progress;
  for (std::size_t n = 0; n < subjects; ++n) {
    progress.show(text("controls: picture ", n + 1, "/", subjects),
                  static_cast<double>(n) / static_cast<double>(subjects));
    const Trial trial(model, plan, plan.subjects[n]);
    trial.randomise(samples, controls.layers);
    if (controls.layers.empty()) throw UsageError("--controls: " + model.name + " has no weights");
    trial.compare_classes(samples);
    trial.replace_pixels(samples);
  }
  if (weights_sha256(model) != before) {
    throw std::logic_error("the weights changed while they were random");
  }
  for (const Samples& one : samples) controls.methods.push_back(control_of(one));
  return controls;
}

Image draw(const ControlPlan& plan, const Controls& controls, const std::vector<Tensor>& maps) {
  std::vector<Tile> tiles;
  for (std::size_t m = 0; m < maps.size(); ++m) {
    const Control& control = controls.methods[m];
    tiles.push_back({draw_signed(maps[m]), wrapped(plan.methods[m].title, 190)});
    for (std::size_t s = 0; s < controls.layers.size(); ++s) {
      const std::string layers = s == 0 ? controls.layers[s] : "and " + controls.layers[s];
      tiles.push_back({draw_signed(control.maps[s]), {layers, words(control.random[s])}});
    }
  }
  return stack(
      {titled(
           "as learned; then random from the last layer on: 1 if the map stays the same, 0 if not",
           make_sheet(tiles, static_cast<Index>(controls.layers.size()) + 1)),
       draw_curves(plan, controls)});
}

void print_table(const ControlPlan& plan, const Controls& controls) {
  const auto unlike = [](const Estimate& value) {
    return verdict(value, alike, false) + "  " + words(value);
  };
  const auto better = [](const Estimate& area, const Estimate& gain, double random) {
    return verdict(gain, 0, true) + formatted("  %.2f", area.mean) + formatted(" (%.2f)", random);
  };
  std::vector<std::vector<std::string>> rows{
      {"", "random weights", "magnitudes", "other classes", "deletion", "insertion"}};
  for (std::size_t m = 0; m < plan.methods.size(); ++m) {
    const Control& c = controls.methods[m];
    rows.push_back(
        {plan.methods[m].title, unlike(c.random.back()), unlike(c.random_magnitude.back()),
         unlike(c.others),
         better(c.deletion, c.less_deletion, c.deletion.mean + c.less_deletion.mean),
         better(c.insertion, c.more_insertion, c.insertion.mean - c.more_insertion.mean)});
  }
  print_text(aligned(rows));
  print_line(
      "passes: a rank correlation surely below 0.3, an area surely better than that of random "
      "orders (in brackets)");
}

Json to_json(const ControlPlan& plan, const Controls& controls) {
  Json list = Json::array();
  for (std::size_t m = 0; m < plan.methods.size(); ++m) {
    const Control& c = controls.methods[m];
    Json random = Json::array();
    for (std::size_t s = 0; s < controls.layers.size(); ++s) {
      random.push_back({{"layer", controls.layers[s]},
                        {"correlation", json_of(c.random[s])},
                        {"of_magnitudes", json_of(c.random_magnitude[s])}});
    }
    list.push_back({{"method", plan.methods[m].name},
                    {"random_weights", random},
                    {"other_classes", json_of(c.others)},
                    {"deletion", json_of(c.deletion)},
                    {"less_deletion", json_of(c.less_deletion)},
                    {"insertion", json_of(c.insertion)},
                    {"more_insertion", json_of(c.more_insertion)}});
  }
  return list;
}

}  // namespace glass::viz::cli
