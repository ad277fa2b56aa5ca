#include <emscripten.h>

#include <memory>
#include <new>
#include <vector>

#include "autograd/threads.hpp"
#include "nn/io/model_file.hpp"
#include "nn/printable.hpp"
#include "viz/web/inverter.hpp"
#include "viz/web/painter.hpp"
#include "viz/web/teacher.hpp"
#include "viz/web/viewer.hpp"

/// What the page's worker calls: JSON goes in and comes out, pictures are read where they lie.
namespace glass::viz::web {

namespace {

/// A network, and what can be done with it.
struct Opened {
  explicit Opened(const std::string& description) : painter(description) {}
  Painter painter;
  Viewer viewer{painter.model()};
  Inverter inverter{painter.model()};
};

std::vector<std::unique_ptr<Opened>>& opened() {
  static std::vector<std::unique_ptr<Opened>> all;
  return all;
}

/// What somebody draws or drops.
Image& picture() {
  static Image brought;
  return brought;
}

std::string& kept() {
  static std::string file;
  return file;
}

Tensor& shown() {
  static Tensor numbers;
  return numbers;
}

/// Numbers [K,H,W] that the page reads where they lie. -> {"shape"}
Json show(const Tensor& numbers) {
  shown() = numbers;
  return {{"shape", std::vector<Index>(numbers.shape().begin(), numbers.shape().end())}};
}

/// Those of one picture [1,C,H,W].
Tensor alone(const Tensor& image) {
  const Shape& shape = image.shape();
  return reshape(image, {shape[1], shape[2], shape[3]});
}

/// The one who teaches, once there is one.
std::unique_ptr<Teacher>& teacher() {
  static std::unique_ptr<Teacher> all;
  return all;
}

Json about_teaching(const std::string& what, const Json& question) {
  if (what == "teach") {
    teacher() = std::make_unique<Teacher>(question.at("signs"), question.at("seed"));
  } else if (what == "teach-drawing") {
    teacher()->add(picture(), question.at("sign"));
  } else if (what == "teach-further") {
    return teacher()->advance(question.at("steps"), question.at("record"));
  } else if (what == "teach-tape") {
    return teacher()->tape();
  } else {
    teacher()->save(question.at("description"));
  }
  return Json::object();
}

Json answer(const Json& question) {
  const std::string what = question.at("ask");
  if (what == "describe") {  // which file of weights it names, if any; without looking for it
    const std::string path = question.at("description");
    return {{"weights", nn::load_description(path, 0, nn::InitialValues::none).weights}};
  }
  if (what == "open") {
    opened().push_back(std::make_unique<Opened>(question.at("description")));
    Json json = opened().back()->painter.network();
    json["painter"] = opened().size() - 1;
    return json;
  }
  if (what.starts_with("teach")) return about_teaching(what, question);
  if (what == "methods") return {{"methods", Viewer::methods()}};
  std::unique_ptr<Opened>& network = opened().at(question.at("painter").get<std::size_t>());
  if (what == "close") return network.reset(), Json::object();
  auto& [asked, viewer, inverter] = *network;
  if (what == "begin") return asked.begin(question.at("run"), viewer.picture());
  if (what == "change") return asked.change(question.at("run")), Json::object();
  if (what == "advance") return asked.advance(question.at("steps"), question.at("record"));
  if (what == "tapes") return asked.tapes();
  if (what == "operation") return asked.operation(question.at("mode"), question.at("place"));
  if (what == "command") return asked.command(question.at("path"));
  if (what == "png") {
    kept() = asked.png(question.at("path"));
    return {{"size", kept().size()}};
  }
  if (what == "digest") return {{"digest", asked.digest()}};
  if (what == "layer") return show(asked.output(question.at("layer")));
  if (what == "look") {
    Json json = viewer.look(picture(), question.at("fit"));
    if (viewer.picture()) json.update(show(alone(viewer.picture())));
    return json;
  }
  if (what == "forget") return viewer.forget(), Json::object();
  if (what == "attribute") {
    Json json = viewer.attribute(question.at("method"), question.at("class"));
    json.update(show(viewer.map()));
    return json;
  }
  if (what == "invert") return inverter.begin(viewer.picture(), question.at("run")), Json::object();
  if (what == "invert-further") {
    Json json = inverter.advance(question.at("steps"));
    json.update(show(alone(inverter.image())));
    return json;
  }
  throw std::logic_error("'" + what + "': nobody knows this question");
}

}  // namespace

extern "C" {

/// Answers one question; {"error": the line that the C++ program would print} if it cannot be. The text
/// is good until the next call.
EMSCRIPTEN_KEEPALIVE const char* glass_ask(const char* question) {
  static std::string text;
  kernels::set_threads(1);  // a page has one
  try {
    text = answer(Json::parse(question)).dump();
  } catch (const std::bad_alloc&) {
    text = R"({"error": "the browser gives no more memory"})";
  } catch (const std::exception& error) {
    text = Json{{"error", nn::printable(error.what(), nn::whole_text)}}.dump();
  }
  return text.c_str();
}

/// The images of a painter's last step, [N,C,H,W].
EMSCRIPTEN_KEEPALIVE const float* glass_images(int painter) {
  return opened().at(static_cast<std::size_t>(painter))->painter.images().data();
}

/// The file that the last question after one asked for.
EMSCRIPTEN_KEEPALIVE const char* glass_file() { return kept().data(); }

/// The numbers, of a layer, a picture or a map, whose shape the last answer told.
EMSCRIPTEN_KEEPALIVE const float* glass_shown() { return shown().data(); }

/// Room for the bytes of a picture, [height,width,3], at which the next questions look.
EMSCRIPTEN_KEEPALIVE std::uint8_t* glass_picture(int width, int height) {
  picture() = Image(width, height, 3);
  return picture().pixels.data();
}
}

}  // namespace glass::viz::web
