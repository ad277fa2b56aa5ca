#include <doctest/doctest.h>

#include <set>

#include "nn/io/description.hpp"
#include "nn/io/files.hpp"
#include "programs.hpp"
#include "residual.hpp"
#include "tape_lines.hpp"
#include "viz/diagnosis.hpp"
#include "viz/pages/tape/record.hpp"
#include "viz/pages/tape/svg.hpp"

using namespace glass;

namespace {

std::shared_ptr<const Trace> painted(const std::string& description) {
  nn::Model model = nn::parse_description(description, "m.json", 0);
  const Shape& in = model.input_shape;
  Rng rng(4);
  return viz::tape_of_maximisation(model, viz::Objective(model, "logit:3"),
                                   Tensor::uniform({1, in[0], in[1], in[2]}, rng), {}, 0);
}

const viz::Place& place_of(const Trace& tape, const viz::Layout& layout, const std::string& layer) {
  return *std::ranges::find_if(layout.columns[0], [&](const viz::Place& place) {
    return tape.entries()[place.entry].layer == layer;
  });
}

}  // namespace

TEST_CASE("the tape of a residual network: a shortcut lies beside the block, in its rows") {
  const auto tape = painted(residual::description(1, 2, 8));
  const viz::Layout layout = viz::lay_out(*tape, nullptr);
  CHECK(layout.branches == 1);
  const auto row = [&](const std::string& layer) { return place_of(*tape, layout, layer).row; };
  const auto lane = [&](const std::string& layer) { return place_of(*tape, layout, layer).lane; };
  for (const char* layer : {"conv1", "conv2", "add1", "relu3", "conv5", "add3", "linear1"}) {
    CAPTURE(layer);
    CHECK(lane(layer) == 0);
  }
  for (const char* layer : {"conv6", "batchnorm6", "conv9"}) {  // the shortcuts of two blocks
    CAPTURE(layer);
    CHECK(lane(layer) == 1);
  }
  CHECK(row("conv6") == row("conv4"));
  CHECK(row("batchnorm6") == row("batchnorm4"));
  CHECK(layout.columns[0].back().lane == 2);  // the regulariser
  std::set<std::pair<int, int>> taken;
  for (const viz::Place& place : layout.columns[0]) {
    CHECK(taken.emplace(place.lane, place.row).second);
    for (const Trace::Input& input : tape->entries()[place.entry].inputs) {
      for (const viz::Place& source : layout.columns[0]) {
        if (source.entry == input.entry && place.lane < 2) CHECK(source.row < place.row);
      }
    }
  }
}

TEST_CASE("the tape of a residual network: no line passes through a box, and every skip is there") {
  for (const int blocks : {1, 3}) {
    const auto tape = painted(residual::description(blocks, 2, 8));
    CHECK(check_lines(*tape) == 3);
  }
  // Branches of unequal lengths that are joined, within one another, and the image read twice.
  residual::Layers layers;
  layers.conv(1, 2, 3, 1);
  const std::string x = layers.relu(), a = layers.conv(2, 2, 3, 1);
  const std::string b = layers.conv(2, 2, 1, 1, R"("inputs": [")" + x + R"("], )");
  const std::string c = layers.relu();
  const std::string d = layers.conv(2, 2, 5, 1, R"("inputs": [")" + x + R"("], )");
  layers.add(R"("type": "Add", "inputs": [")" + c + R"(", ")" + b + R"("])");
  const std::string e = layers.relu();
  layers.add(R"("type": "Concat", "inputs": [")" + a + R"(", ")" + e + R"(", ")" + d + R"(", ")" +
             x + R"(", "input"])");
  layers.add(R"("type": "AdaptiveAvgPool2d", "output_size": 1)");
  layers.add(R"("type": "Flatten")");
  layers.add(R"("type": "Linear", "in_features": 9, "out_features": 4)");
  check_lines(*painted(R"({"name": "m", "input": {"shape": [1, 8, 8]}, "layers": [)" +
                       layers.text() + "]}"));
}

TEST_CASE("the tape of a residual network: the leaves of branches are drawn, in both modes") {
  const auto tape = painted(residual::description(1, 2, 8));
  const std::string svg = viz::to_svg("a tape", {{"maximisation", "a tape", tape.get()}});
  std::size_t leaves = 0, at = 0;
  while ((at = svg.find("<g class=\"leaf frozen", at)) != svg.npos) ++at, ++leaves;
  CHECK(leaves == 9 + 9 * 2 + 2);  // convolutions, batch normalisations, and the last layer
}

TEST_CASE("what stops a gradient is a layer that no skip leads around") {
  residual::Layers layers;
  const std::string a = layers.conv(1, 2, 3, 1);
  const std::string b = layers.norm(2), inner = layers.relu();
  layers.add(R"("type": "Add", "inputs": [")" + a + R"(", ")" + inner + R"("])");
  const std::string c = layers.norm(2);
  layers.relu();
  layers.add(R"("type": "Flatten")");
  layers.add(R"("type": "Linear", "in_features": 128, "out_features": 3)");
  nn::Model model = nn::parse_description(
      R"({"name": "m", "input": {"shape": [1, 8, 8]}, "layers": [)" + layers.text() + "]}",
      "m.json", 0);
  model.eval();
  const auto kill = [&](const std::string& layer) {
    for (const auto& [name, tensor] : model.parameters()) {
      if (name == layer + ".bias") std::ranges::fill(tensor.mutable_values(), real(-1e6));
    }
  };
  const auto cause = [&] {
    Rng rng(4);
    const Tensor image = Tensor::uniform({1, 1, 8, 8}, rng).requires_grad(true);
    return viz::diagnose(model, viz::Objective(model, "logit:1"), image).front();
  };
  kill(b);
  CHECK(cause() == "");
  kill(c);
  CHECK(cause().starts_with("relu2 lets nothing through: all 128 outputs are 0 (dead ReLUs)"));
}

TEST_CASE("commands: a residual network is described, drawn, inverted, painted and judged") {
  const TemporaryFolder folder;
  const std::string model = folder / "r.json", out = " -o " + (folder / "x.png");
  nn::write_file(model, residual::description(1, 2, 28));
  const auto works = [&](const std::string& words) {
    const Run run = run_viz(words);
    CHECK_MESSAGE(run.code == 0, words, ": ", run.err);
    return run.out;
  };
  const std::string info = works("info " + model);
  CHECK(contains(info, "sees   reads\n"));
  CHECK(contains(info, "7x7    7, 2\n"));
  const std::string listing = works("tape " + model);
  CHECK(contains(listing, "add1"));
  for (const char* format : {"svg", "html", "dot", "json"}) {
    CHECK_FALSE(works("tape " + model + " --format " + format).empty());
  }
  CHECK(
      contains(works("invert " + model + ' ' + digit_png + " --layer add1,conv6,2 --steps 2" + out),
               "add1"));
  works("maximise " + model + " --class 3 --steps 2" + out);
  works("maximise " + model + " --objective channel:add2:1+neuron:conv6:0,3,3 --steps 2" + out);
  works("saliency " + model + ' ' + digit_png + " --class 3" + out);
  works("attribute " + model + ' ' + digit_png + " --method all --samples 2 --steps 2" + out);
  works("classify " + model + ' ' + digit_png);
}
