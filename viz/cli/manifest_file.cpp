#include "viz/cli/manifest_file.hpp"

#include <algorithm>
#include <filesystem>

#include "nn/io/files.hpp"
#include "nn/io/json_events.hpp"
#include "viz/pages/page.hpp"
#include "viz/pictures/png.hpp"

namespace glass::viz::cli {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t largest_manifest = std::uint64_t{1} << 20,
                        largest_page = std::uint64_t{64} << 20;

/// The newest format that is understood; a manifest that does not say `format` is in this one.
constexpr int newest_format = 1;

/// What anyone may have written into a picture or a page, bounded before it is built. `keep` may leave
/// out parts of it.
Json bounded_json(std::string_view words, const std::string& path,
                  const Json::parser_callback_t& keep = nullptr) {
  constexpr std::size_t longest_picture = std::size_t{4} << 20;  // within a page, as text
  nn::check_json(words, path,
                 {.depth = 16, .values = std::size_t{1} << 18, .word = longest_picture});
  return Json::parse(words, keep);
}

Json read_page(const std::string& path, const Json::parser_callback_t& keep = nullptr) {
  const std::string html = nn::read_file(path, largest_page);
  const std::string_view words = page::data_of(html);
  const Json data = words.empty() ? Json() : bounded_json(words, path, keep);
  if (!data.is_object()) throw FileError(path + ": expected a page of viz, found something else");
  return data;
}

/// The manifest of a page, without building the rest.
Json manifest_of_page(const std::string& path) {
  const auto keep = [](int depth, Json::parse_event_t event, const Json& parsed) {
    return depth != 1 || event != Json::parse_event_t::key || parsed == "manifest";
  };
  return read_page(path, keep).value("manifest", Json());
}

/// Every manifest has these.
bool is_manifest(const Json& json) {
  const auto has = [](const Json& object, const char* name, bool (Json::*is)() const) {
    return object.contains(name) && (object[name].*is)();
  };
  const auto is_file = [&](const Json& file) {
    return file.is_object() && has(file, "option", &Json::is_string) &&
           has(file, "path", &Json::is_string) && has(file, "sha256", &Json::is_string);
  };
  return json.is_object() && has(json, "command", &Json::is_string) &&
         has(json, "options", &Json::is_object) && has(json, "files", &Json::is_array) &&
         has(json, "output", &Json::is_string) && std::ranges::all_of(json["files"], is_file);
}

/// Of what a later program wrote, not even the keys need mean the same.
void refuse_newer(const Json& json, const std::string& path) {
  const Json format = json.is_object() ? json.value("format", Json(newest_format)) : Json(1);
  if (format.is_number_integer() && format > newest_format) {
    throw FileError(text(path, ": its manifest is in format ", format.dump(),
                         ", written by a newer "
                         "viz; this one reads up to ",
                         newest_format));
  }
  if (format != newest_format) {
    throw FileError(path + ": expected a manifest of viz, found a format that is no version");
  }
}

}  // namespace

Json data_of_page(const std::string& path) { return read_page(path); }

Json read_manifest(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  std::string words;
  if (extension == ".json") {
    words = nn::read_file(path, largest_manifest);
  } else if (extension == ".npy") {
    std::error_code unreadable;
    if (fs::status(path + ".json", unreadable).type() == fs::file_type::not_found) {
      throw FileError(path + ": expected its manifest beside it, found no " + path + ".json");
    }
    words = nn::read_file(path + ".json", largest_manifest);
  } else if (extension == ".html") {
    words = manifest_of_page(path).dump();
  } else {
    words = read_png_text(path);
    if (words.empty()) throw FileError(path + ": this PNG carries no manifest of viz");
  }
  const Json json = bounded_json(words, path);
  refuse_newer(json, path);
  if (!is_manifest(json)) {
    throw FileError(path + ": expected a manifest of viz, found something else");
  }
  return json;
}

}  // namespace glass::viz::cli
