#include <emscripten.h>

#include <memory>
#include <new>
#include <vector>

#include "autograd/threads.hpp"
#include "nn/io/model_file.hpp"
#include "nn/printable.hpp"
#include "viz/web/painter.hpp"

/// What the page's worker calls: JSON goes in and comes out, pictures are read where they lie.
namespace glass::viz::web {

namespace {

std::vector<std::unique_ptr<Painter>>& painters() {
  static std::vector<std::unique_ptr<Painter>> all;
  return all;
}

Tensor& shown() {
  static Tensor layer;
  return layer;
}

std::string& kept() {
  static std::string file;
  return file;
}

Painter& painter(const Json& question) {
  return *painters().at(question.at("painter").get<std::size_t>());
}

Json answer(const Json& question) {
  const std::string what = question.at("ask");
  if (what == "describe") {  // which file of weights it names, if any; without looking for it
    const std::string path = question.at("description");
    return {{"weights", nn::load_description(path, 0, nn::InitialValues::none).weights}};
  }
  if (what == "open") {
    painters().push_back(std::make_unique<Painter>(question.at("description")));
    Json json = painters().back()->network();
    json["painter"] = painters().size() - 1;
    return json;
  }
  if (what == "close") {
    painters().at(question.at("painter").get<std::size_t>()).reset();
    return Json::object();
  }
  Painter& asked = painter(question);
  if (what == "begin") return asked.begin(question.at("run"));
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
  if (what == "layer") {
    shown() = asked.output(question.at("layer"));
    return {{"shape", std::vector<Index>(shown().shape().begin(), shown().shape().end())}};
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
  return painters().at(static_cast<std::size_t>(painter))->images().data();
}

/// The output that the last question after a layer asked for.
EMSCRIPTEN_KEEPALIVE const float* glass_layer() { return shown().data(); }

/// The file that the last question after one asked for.
EMSCRIPTEN_KEEPALIVE const char* glass_file() { return kept().data(); }
}

}  // namespace glass::viz::web
