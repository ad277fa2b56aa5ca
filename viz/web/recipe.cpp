#include "viz/web/recipe.hpp"

#include <algorithm>

#include "nn/io/files.hpp"
#include "nn/io/sha256.hpp"
#include "viz/maximise.hpp"

namespace glass::viz::web {

namespace {

/// What the manifests of `viz maximise` tell, in their order, and the words where nobody gives any. A test
/// compares them with the program's own.
const std::vector<std::pair<std::string, std::string>> told{
    {"objective", "logit"}, {"count", "1"}, {"steps", "512"},    {"lr", "0.05"},
    {"optimiser", "adam"},  {"tv", "0.3"},  {"beta", "1.5"},     {"l2", "0.5"},
    {"alpha-norm", "0"},    {"alpha", "6"}, {"jitter", "3"},     {"rotate", "0"},
    {"zoom", "0"},          {"blur", "0"},  {"blur-every", "4"}, {"parametrisation", "pixel"},
    {"restarts", "1"},      {"seed", "0"},  {"init", "noise"},   {"init-noise", "0.6"},
    {"stop-after", ""},     {"change", ""}, {"width", "448"}};

/// A word as a POSIX shell reads it.
std::string for_shell(const std::string& word) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) ||
           std::string_view("_-./:=,+@").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!word.empty() && std::ranges::all_of(word, plain)) return word;
  std::string inside;
  for (const char c : word) inside += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return '\'' + inside + '\'';
}

/// What the description or the size of the pictures recommends: their digests stand for it.
bool is_recommended(const nn::Model& model, const std::string& option) {
  const bool by_size =
      option == "jitter" || option == "tv" || option == "l2" || option == "parametrisation";
  return model.maximise.contains(option) || (by_size && size_factor(model.input_shape) > 1);
}

}  // namespace

std::string shortest(double number) {
  std::string words = Json(number).dump();
  if (words.ends_with(".0")) words.resize(words.size() - 2);
  return words;
}

std::string command_line(const Recipe& recipe) {
  std::string line = "viz maximise " + for_shell(recipe.path);
  for (const auto& [name, otherwise] : told) {
    if (!recipe.options.contains(name)) continue;
    const Json& value = recipe.options[name];
    std::string words;
    for (const Json& word : value.is_array() ? value : Json::array({value})) {
      words += (words.empty() ? "" : ",") + word.get<std::string>();
    }
    line += " --" + name + ' ' + for_shell(words);
  }
  return line;
}

std::string manifest(const Recipe& recipe, const nn::Model& model, const std::string& description) {
  Json options = Json::object();
  for (const auto& [name, otherwise] : told) {
    if (recipe.options.contains(name)) {
      options[name] = recipe.options[name];
    } else if (!otherwise.empty() && !is_recommended(model, name)) {
      options[name] = otherwise;
    }
  }
  const Json file{{"option", "MODEL"},
                  {"path", recipe.path},
                  {"sha256", sha256(nn::read_file(description))},
                  {"weights_sha256", weights_sha256(model)}};
  const Json json{{"program", "viz"},
                  {"command", "maximise"},
                  {"options", options},
                  {"files", Json::array({file})},
                  {"output", "output"}};
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace glass::viz::web
