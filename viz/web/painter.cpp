#include "viz/web/painter.hpp"

#include <algorithm>
#include <cmath>

#include "autograd/node.hpp"
#include "autograd/statistics.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/settings.hpp"
#include "nn/io/sha256.hpp"
#include "nn/layer.hpp"
#include "viz/classes.hpp"
#include "viz/pages/tape/drawing.hpp"
#include "viz/pages/tape/operation.hpp"
#include "viz/pages/tape/record.hpp"
#include "viz/pictures/png.hpp"
#include "viz/scores.hpp"
#include "viz/settings.hpp"
#include "viz/start.hpp"
#include "viz/tiles.hpp"

namespace glass::viz::web {

namespace {

/// Strong noise, as `viz maximise` begins with.
constexpr double usual_noise = 0.6;

std::string text_of(const Json& run, const char* name, const char* otherwise) {
  if (!run.contains(name)) return otherwise;
  if (!run[name].is_string())
    throw Error(text(name, ": expected a text, found ", run[name].dump()));
  return run[name];
}

/// Seeds, as a page's number can hold them.
std::uint64_t seed_of(const Json& run) {
  if (!run.contains("seed")) return 0;
  if (!run["seed"].is_number_integer() || run["seed"] < 0) {
    throw Error(text("seed: expected a whole number from 0, found ", run["seed"].dump()));
  }
  return run["seed"];
}

bool is_setting(const std::string& name) {
  return std::ranges::any_of(nn::maximise_settings(),
                             [&](const nn::Setting& known) { return known.name == name; });
}

Json shape_json(const Shape& shape) { return std::vector<Index>(shape.begin(), shape.end()); }

double squares(const Tensor& tensor) {
  const double norm = statistics(tensor).l2;
  return norm * norm;
}

/// Where a step of backward() sent its gradient.
Json gradients(const Trace& trace) {
  double weights = 0;
  Index trainable = 0;
  Json image;
  for (const Trace::Entry& leaf : trace.entries()) {
    if (leaf.trainable) trainable += leaf.value.size();
    if (!leaf.grad || !leaf.is_leaf()) continue;
    if (leaf.role == Trace::Role::weight) weights += squares(leaf.grad);
    if (leaf.role == Trace::Role::image) image = std::sqrt(squares(leaf.grad));
  }
  return {{"image", image},
          {"weights", weights > 0 ? Json(std::sqrt(weights)) : Json()},
          {"trainable", trainable}};
}

double mean_difference(const Tensor& a, const Tensor& b) {
  double sum = 0;
  for (Index i = 0; i < a.size(); ++i) {
    sum += std::abs(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]));
  }
  return sum / static_cast<double>(a.size());
}

}  // namespace

Painter::Painter(const std::string& description)
    : path_(description), model_(std::make_unique<nn::Model>(nn::load_model(description))) {
  model_->class_count();  // throws if it has none
  model_->eval();
  model_->requires_grad(false);
}

Json Painter::network() const {
  const nn::Sequential& layers = model_->layers;
  const Shape& in = model_->input_shape;
  const std::vector<Shape> shapes = layers.output_shapes({1, in[0], in[1], in[2]});
  Json json{{"name", model_->name},     {"input", shape_json(in)}, {"variation", model_->variation},
            {"classes", Json::array()}, {"layers", Json::array()}, {"settings", Json::object()}};
  for (Index k = 0; k < model_->class_count(); ++k) {
    json["classes"].push_back(class_name(*model_, k));
  }
  for (Index i = 0; i < layers.size(); ++i) {
    json["layers"].push_back({{"name", layers.alias(i)},
                              {"type", layers.layer(i).type()},
                              {"shape", shape_json(shapes[static_cast<std::size_t>(i)])}});
  }
  const Json nothing = Json::object();
  const MaximiseOptions usual = options(nothing);
  for (const nn::Setting& known : nn::maximise_settings()) {
    const bool is_noise = known.name == "init-noise";
    json["settings"][known.name]["value"] =
        is_noise ? setting(nothing, known.name, usual_noise) : option(usual, known.name);
  }
  return json;
}

double Painter::setting(const Json& run, const std::string& name, double otherwise) const {
  const auto recommended = model_->maximise.find(name);
  if (!run.contains("settings") || !run["settings"].contains(name)) {
    return recommended == model_->maximise.end() ? otherwise : recommended->second;
  }
  const Json& value = run["settings"][name];
  const nn::Setting& expected = nn::maximise_setting(name);
  if (!value.is_number() || !expected.allows(value)) {
    throw Error(text(name, ": expected ", expected.range(), ", found ", value.dump()));
  }
  return value;
}

MaximiseOptions Painter::options(const Json& run) const {
  MaximiseOptions options = options_for(model_->input_shape);
  for (const auto& [name, value] : model_->maximise) {
    if (name != "init-noise") set_option(options, name, value);
  }
  const Json settings = run.value("settings", Json::object());
  for (const auto& item : settings.items()) {
    if (!is_setting(item.key())) throw Error("'" + item.key() + "': there is no such setting");
    const double value = setting(run, item.key(), 0);
    if (item.key() != "init-noise") set_option(options, item.key(), value);
  }
  options.seed = seed_of(run);
  return options;
}

Json Painter::begin(const Json& run, const Tensor& picture) {
  auto objective = std::make_unique<Objective>(*model_, text_of(run, "objective", "logit:0"));
  const MaximiseOptions how = options(run);
  const std::string start = text_of(run, "start", "noise");
  std::vector<Index> keys;
  Json labels = Json::array();
  for (Index n = 0; n < objective->pictures(); ++n) {
    keys.push_back(std::max<Index>(objective->unit(n), 0));
    labels.push_back(objective->label(*model_, n));
  }
  Tensor init = initial_noise(*model_, keys, how.seed, setting(run, "init-noise", usual_noise));
  if (start == "grey") {
    init = Tensor::full(init.shape(), 0.5);
  } else if (start == "picture") {
    if (!picture) throw Error("start 'picture': there is none");
    init = cat(std::vector<Tensor>(keys.size(), picture), 0);
  } else if (start != "noise") {
    throw Error("start '" + start + "': expected noise, grey or picture");
  }
  auto next = std::make_unique<Maximisation>(*model_, *objective, init, how);
  run_ = std::move(next);
  objective_ = std::move(objective);
  began_ = run;
  changes_.clear();
  trace_.reset();
  return {{"pictures", objective_->pictures()},
          {"labels", labels},
          {"of_class", objective_->of_class()}};
}

Maximisation& Painter::running() const {
  require(run_ != nullptr, "no run has begun, there is no picture");
  return *run_;
}

void Painter::change(const Json& run) {
  for (const char* name : {"objective", "start", "seed"}) {
    if (run.value(name, Json()) == began_.value(name, Json())) continue;
    throw Error(text(name, ": cannot change during a run"));
  }
  const MaximiseOptions before = running().options(), now = options(run);
  running().change(now);
  if (running().steps() == 0) {
    began_ = run;
    return;
  }
  for (const nn::Setting& known : nn::maximise_settings()) {
    if (known.name == "init-noise" || option(before, known.name) == option(now, known.name))
      continue;
    std::erase_if(changes_, [&](const Change& other) {
      return other.after == running().steps() && other.setting == known.name;
    });
    changes_.push_back({running().steps(), known.name, option(now, known.name)});
  }
}

Json Painter::advance(int steps, bool record) {
  const Tensor before = running().images();
  Json json;
  const auto pictures = static_cast<double>(before.shape()[0]);
  for (int i = 1; i <= steps; ++i) {
    MaximiseOptions how = running().options();
    how.record = record && i == steps;
    running().change(how);
    const MaximiseStep step = running().step();
    json = {{"step", step.step}, {"steps", step.steps}, {"objective", step.objective / pictures}};
    if (how.record) trace_ = step.trace, trace_step_ = step.step;
  }
  const Tensor& now = running().images();
  json["variation"] = mean(mean_variation(now));
  json["moved"] = mean_difference(before, now) / std::max(steps, 1);
  json["probability"] = Json::array();
  if (objective_->of_class()) {
    const NoGrad no_grad;
    for (const real p : objective_->probability(*model_, now).values()) {
      json["probability"].push_back(p);
    }
  }
  return json;
}

Json Painter::tapes() {
  if (!trace_) throw Error("tapes: no step was recorded");
  if (!training_) training_ = std::make_unique<nn::Model>(nn::load_model(path_));
  const Tensor image = narrow(running().images(), 0, 0, 1).detach();
  const Index label =
      objective_->of_class() ? objective_->unit(0) : argmax(logits_of(*model_, image), 1).front();
  const std::string name = class_name(*model_, label);
  const auto training = tape_of_training(*training_, image, label);
  const std::vector<TapeView> views{
      {"training", "Training: this picture, labelled " + name, training.get()},
      {"maximisation", text("Painting ", objective_->label(*model_, 0), ": step ", trace_step_),
       trace_.get()}};
  drawn_[0] = training;
  drawn_[1] = trace_;
  const Layout layout = lay_out(*training, trace_.get());
  Json json{{"step", trace_step_}, {"tapes", Json::array()}};
  for (std::size_t column = 0; column < views.size(); ++column) {
    const ColumnDrawing drawing = draw_column(views[column], layout, column);
    Json tape = gradients(*views[column].trace);
    tape.update({{"mode", views[column].mode},
                 {"title", views[column].title},
                 {"width", drawing.width},
                 {"height", drawing.height},
                 {"svg", drawing.elements}});
    json["tapes"].push_back(tape);
  }
  return json;
}

Json Painter::operation(const std::string& mode, std::size_t place) const {
  const auto& trace = drawn_[mode == "training" ? 0 : 1];
  if (!trace || place >= trace->entries().size()) {
    throw Error(text("operation ", place, ": there is none on the tape of ", mode));
  }
  return operation_json(*trace, place);
}

Recipe Painter::recipe(const std::string& path) const {
  const std::string start = text_of(began_, "start", "noise");
  if (start != "noise" && start != "grey") {
    throw Error("start '" + start + "': viz maximise begins there by --init PICTURE.png");
  }
  Recipe recipe{path, {{"objective", objective_->expression()}}};
  const Json settings = began_.value("settings", Json::object());
  for (const auto& [name, value] : settings.items()) recipe.options[name] = shortest(value);
  if (const std::uint64_t seed = seed_of(began_); seed > 0) {
    recipe.options["seed"] = std::to_string(seed);
  }
  if (start != "noise") recipe.options["init"] = start;
  const int planned = options(began_).steps, done = running().steps();
  if (done > 0 && done != planned) recipe.options["stop-after"] = std::to_string(done);
  Json changes = Json::array();
  for (const auto& [after, name, value] : changes_) {
    if (after < done) changes.push_back(text(after, ':', name, '=', shortest(value)));
  }
  if (!changes.empty()) recipe.options["change"] = changes.size() == 1 ? changes[0] : changes;
  return recipe;
}

Json Painter::command(const std::string& path) const {
  return {{"command", command_line(recipe(path))},
          {"name", picture_name(*model_, objective_->expression())}};
}

std::string Painter::png(const std::string& path) const {
  if (running().steps() == 0) throw Error("at the start, nothing is painted yet");
  const Tensor& images = running().images();
  std::vector<double> probability;
  if (objective_->of_class()) {
    const NoGrad no_grad;
    probability = doubles(objective_->probability(*model_, images));
  }
  const std::vector<Tile> tiles = tiles_of(*model_, *objective_, images, probability);
  const Image sheet = make_sheet(tiles, sheet_columns(*objective_, tiles.size()), default_width);
  return encode_png(sheet, manifest(recipe(path), *model_, path_));
}

std::string Painter::digest() const { return weights_sha256(*model_); }

Tensor Painter::output(Index layer) const {
  require(layer >= 0 && layer < model_->layers.size(), "layer ", layer, ": there is no such layer");
  const NoGrad no_grad;
  const Tensor out = model_->outputs(layer, narrow(running().images(), 0, 0, 1)).back();
  const Shape& shape = out.shape();
  if (shape.rank() == 4) return reshape(out, {shape[1], shape[2], shape[3]});
  return reshape(out, {out.size(), 1, 1});
}

}  // namespace glass::viz::web
