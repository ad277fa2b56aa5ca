#include <doctest/doctest.h>

#include <chrono>

#include "hostile.hpp"
#include "nn/io/description.hpp"
#include "tensors.hpp"

using namespace glass;
using testing::numbers;

namespace {

/// A description with these layers for an input [2,8,8].
std::string with_layers(const std::string& layers) {
  return R"({"name": "m", "input": {"shape": [2, 8, 8]}, "layers": [)" + layers + "]}";
}

nn::Model parse(const std::string& layers) {
  return nn::parse_description(with_layers(layers), "m.json", 0);
}

std::string conv3x3(int in, int out, const std::string& more = {}) {
  return text(R"({"type": "Conv2d", "in_channels": )", in, R"(, "out_channels": )", out,
              R"(, "kernel_size": 3, "padding": 1)", more, "}, ");
}

const std::string block = conv3x3(2, 4) + R"({"type": "ReLU", "name": "act"}, )" + conv3x3(4, 4) +
                          R"({"type": "Add", "inputs": ["act", "conv2"]}, )"
                          R"({"type": "Concat", "name": "all", "inputs": ["input", 3, "0"]})";

void check_rows(const std::vector<hostile::Row>& rows) {
  hostile::check_rows(rows, "m.json",
                      [](const std::string& bytes) { nn::parse_description(bytes, "m.json", 0); });
}

/// So many times the text of `layer(i)`.
template <class F>
std::string repeated(int count, F layer) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i > 0 ? ", " : "") + layer(i);
  return list;
}

}  // namespace

TEST_CASE("branching descriptions: inputs are names, aliases, indices, and the input") {
  const nn::Model model = parse(block);
  CHECK(model.layers.inputs(3) == std::vector<Index>{1, 2});
  CHECK(model.layers.inputs(4) == std::vector<Index>{-1, 3, 0});
  CHECK(model.output_shape({1, 2, 8, 8}) == Shape{1, 10, 8, 8});
}

TEST_CASE("branching descriptions: they are written in one form, with the keys of what is read") {
  const std::string written = nn::to_description(parse(block), "m.json");
  CHECK(written.find(R"({"type": "Add", "inputs": ["act","2"]},)") != written.npos);
  CHECK(written.find(R"({"type": "Concat", "name": "all", "inputs": ["input","3","0"]}])") !=
        written.npos);
  const nn::Model again = nn::parse_description(written, "m.json", 0);
  CHECK(nn::to_description(again, "m.json") == written);
  Rng rng(1);
  const Tensor x = Tensor::uniform({2, 2, 8, 8}, rng);
  nn::Model first = parse(block), second = nn::parse_description(written, "m.json", 0);
  CHECK(numbers(first(x)) == numbers(second(x)));
}

TEST_CASE("branching descriptions: inputs are written only where they are not the layer before") {
  const std::string chain = conv3x3(2, 4) + R"({"type": "ReLU"}, {"type": "Tanh"})";
  const std::string told = conv3x3(2, 4, R"(, "inputs": ["input"])") +
                           R"({"type": "ReLU", "inputs": ["conv1"]}, )"
                           R"({"type": "Tanh", "inputs": [1]})";
  CHECK(nn::to_description(parse(told), "m.json") == nn::to_description(parse(chain), "m.json"));
}

TEST_CASE("branching descriptions: a name goes to the layers before, whatever comes after") {
  const nn::Model model = parse(R"({"type": "ReLU"}, {"type": "Tanh"},
                                   {"type": "Add", "inputs": ["relu1", "tanh1"]},
                                   {"type": "Sigmoid", "name": "relu1"})");
  CHECK(model.layers.inputs(2) == std::vector<Index>{0, 1});
}

TEST_CASE("branching descriptions: what is wrong with inputs is told in one line") {
  const std::string relu = R"({"type": "ReLU"}, )", there_are = "is no earlier layer; there are ";
  const auto add = [&](const std::string& inputs) {
    return with_layers(relu + R"({"type": "Add", "name": "sum", "inputs": )" + inputs +
                       R"(}, {"type": "Tanh"})");
  };
  const std::string at = "layer 1 (Add): inputs: ";
  check_rows({
      {"no list", add("\"relu1\""), at + "expected a list of earlier layers, got \"relu1\""},
      {"none", add("[]"), at + "expected a list of earlier layers, got []"},
      {"half a layer", add("[0.5, 0]"), at + "expected a string, got 0.5"},
      {"a negative one", add("[-1, 0]"), at + "expected "},
      {"a misspelt one", add(R"(["relu1", "rleu1"])"),
       at + "'rleu1' " + there_are + "input, 0 (relu1); did you mean relu1?"},
      {"a later one", add(R"(["relu1", "tanh1"])"), at + "'tanh1' " + there_are},
      {"a later one by its index", add("[0, 2]"), at + "'2' " + there_are},
      {"itself", add(R"(["relu1", "sum"])"), at + "'sum' " + there_are},
      {"the only one", add("[0]"), "layer sum (Add): Add: takes two inputs or more, got 1"},
      {"two for one", with_layers(relu + R"({"type": "Tanh", "inputs": ["input", 0]})"),
       "layer 1 (Tanh): Tanh: takes one input, got 2, from the input and layer 0 (ReLU)"},
      {"a name that commands the terminal", add(R"(["\u001b[31m", 0])"),
       at + "expected text without control characters"},
      {"a layer called input", with_layers(R"({"type": "ReLU", "name": "input"})"),
       "layer 0 (ReLU): layer name 'input' is what the input of the network is called"},
      {"a layer that nobody reads",
       with_layers(relu + R"({"type": "Tanh", "name": "lost"}, )" +
                   R"({"type": "Add", "inputs": ["input", "relu1"]})"),
       "layer lost (Tanh): no later layer reads it; name it in the inputs of one"},
      {"shapes that do not fit",
       with_layers(conv3x3(2, 3) + R"({"type": "Add", "inputs": [0, "input"]})"),
       "layer 1 (Add): Add: expected inputs of one shape, got [1,3,8,8] and [1,2,8,8], from layer "
       "0 (Conv2d) and the input"},
  });
}

TEST_CASE("branching descriptions: many inputs are refused, and as many as allowed are quick") {
  const auto reading = [](const std::string& type, int count) {
    return R"({"type": ")" + type + R"(", "inputs": [)" +
           repeated(count, [](int) { return std::string("0"); }) + "]}";
  };
  const auto all_but_first = [&](int layers, const std::string& type, int inputs) {
    return with_layers(R"({"type": "ReLU"}, )" +
                       repeated(layers, [&](int) { return reading(type, inputs); }));
  };
  const auto start = std::chrono::steady_clock::now();
  check_rows({
      {"101 inputs", all_but_first(1, "Add", 101),
       "layer 1 (Add): inputs: 101 of them, at most 100 are allowed"},
      {"a layer of 200,000", all_but_first(1, "Add", 200'000), "200000 of them, at most 100"},
      {"100,000 in all", all_but_first(999, "Add", 100), "layers: more than 10000 inputs in all"},
      {"100 times 99 of them", all_but_first(100, "Add", 99), "no later layer reads it"},
  });
  // Each reads the one before a hundred times: 2^600 paths, and as many layers as there are.
  const std::string chain =
      with_layers(R"({"type": "ReLU"}, )" + repeated(100, [](int i) {
                    return R"({"type": "Add", "inputs": [)" +
                           repeated(99, [i](int) { return std::to_string(i); }) + "]}";
                  }));
  nn::Model model = nn::parse_description(chain, "m.json", 0);
  CHECK(numbers(model(Tensor::zeros({1, 2, 8, 8})))[0] == 0);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("branching descriptions: what grows with each layer is refused before it takes memory") {
  const std::string doubling = R"({"type": "ReLU"}, )" + repeated(500, [](int i) {
                                 return text(R"({"type": "Concat", "inputs": [)", i, ", ", i, "]}");
                               });
  check_rows({{"2^500 channels", with_layers(doubling),
               "layer 22 (Concat): output [1,8388608,8,8] has more than 268435456 values"}});
}

TEST_CASE(
    "branching descriptions: cut anywhere they are refused, changed anywhere read or refused") {
  hostile::damage("m.json",
                  with_layers(R"({"type": "ReLU"}, {"type": "Tanh", "name": "t"}, )"
                              R"({"type": "Add", "inputs": ["relu1", 1, "t", "input"]})"),
                  [](const std::string& bytes) { nn::parse_description(bytes, "m.json", 0); });
}

TEST_CASE(
    "branching descriptions: the summary says what is read where it is not the layer before") {
  nn::Model model = parse(block);
  const std::string summary = model.summary();
  CHECK(summary.find("sees  reads\n") != summary.npos);
  CHECK(summary.find("5x5   act, 2\n") != summary.npos);
  CHECK(summary.find("5x5   input, 3, 0\n") != summary.npos);
  CHECK(parse(conv3x3(2, 4) + R"({"type": "ReLU"})").summary().find("reads") == summary.npos);
}
