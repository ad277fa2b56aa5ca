#pragma once

#include <nlohmann/json.hpp>

#include "run_program.hpp"
#include "viz/pages/page.hpp"

/// What our pages show, as the data in them.
namespace pages {

using Json = nlohmann::json;

inline Json data_of(const std::string& path) {
  return Json::parse(glass::viz::page::data_of(slurp(path)));
}

/// The panel of a report whose title begins so.
inline const Json& panel(const Json& data, const std::string& title) {
  for (const Json& one : data["panels"]) {
    if (one["title"].get<std::string>().starts_with(title)) return one;
  }
  throw std::logic_error("no panel " + title);
}

inline std::vector<std::string> labels(const Json& panel) {
  std::vector<std::string> all;
  for (const Json& curve : panel["curves"]) all.push_back(curve["label"]);
  return all;
}

}  // namespace pages
