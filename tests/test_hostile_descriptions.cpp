#include <cmath>

#include "hostile.hpp"
#include "nn/io/description.hpp"
#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/safetensors.hpp"
#include "nn/io/settings.hpp"
#include "programs.hpp"

using namespace glass;
using hostile::Row;

namespace {

const std::string named_m = R"({"name": "m", "input": {"shape": [1, 8, 8]}, )";

/// A description with these layers for an input [1,8,8].
std::string with_layers(const std::string& layers) {
  return named_m + R"("layers": [)" + layers + "]}";
}

std::string linear_layer(Index in, Index out) {
  return text(R"({"type": "Linear", "in_features": )", in, R"(, "out_features": )", out, '}');
}

const std::string flatten_layer = R"({"type": "Flatten"}, )";

std::string conv_layer(const std::string& more) {
  return R"({"type": "Conv2d", "in_channels": 1, "out_channels": 1, )" + more + '}';
}

std::string repeated(int count, const std::string& layer) {
  std::string list = layer;
  for (int i = 1; i < count; ++i) list += ", " + layer;
  return list;
}

void check_rows(const std::vector<Row>& rows) {
  hostile::check_rows(rows, "m.json",
                      [](const std::string& bytes) { nn::parse_description(bytes, "m.json", 0); });
}

/// Runs `viz` with no more than 100 MB of memory for its data.
Run viz(const std::string& arguments) {
  const std::string limit = sanitized ? "" : "ulimit -d 100000; exec ";  // they alone take more
  return run_program("sh -c '" + limit + viz_program + " " + arguments + "'");
}

}  // namespace

TEST_CASE("hostile descriptions: the text is refused in one line that says why") {
  check_rows({
      {"nothing", "", "not JSON: "},
      {"half of it", "{", "not JSON: "},
      {"no UTF-8", "{\"name\": \"\xff\"}", "not JSON: "},
      {"a byte order mark", "\xef\xbb\xbf{}", "byte order mark"},
      {"bytes after a NUL", with_layers(R"({"type": "ReLU"})") + std::string("\0x", 2), "NUL"},
      {"blanks around", " \t" + with_layers(R"({"type": "ReLU"})") + "\n"},
      {"text after the end", with_layers(R"({"type": "ReLU"})") + "{}", "not JSON: "},
      {"a list", "[]", "expected an object, got []"},
      {"a million brackets", std::string(1'000'000, '['), "nested deeper than 8"},
      {"a field twice", R"({"name": "a", "name": "b"})", "key 'name' appears twice"},
      {"a field twice, escaped", R"({"name": "a", "n\u0061me": "b"})", "key 'name' appears twice"},
      {"no field", "{}", "'name' is missing"},
      {"a newer format", R"({"format": 2, "novelty": 1})",
       "format 2: written by a newer version, this one reads up to 1"},
      {"format 0", R"({"format": 0})", "format: expected a whole number from 1, got 0"},
      {"a format in words", R"({"format": "1"})", "format: expected a whole number, without"},
      {"a misspelt field", R"({"name": "m", "inputs": {}})",
       "unknown field 'inputs' (known: format, name, input, classes, maximise, layers, weights, judge)"},
      {"a name that commands the terminal", R"({"name": "\u001b[2J"})",
       R"(name: expected text without control characters, got "\x1b[2J")"},
      {"a name that leads elsewhere", R"({"name": "../m"})", "name: expected text without '/'"},
      {"weights with NUL", named_m + R"("weights": "a\u0000.json", "layers": []})",
       "weights: expected text without control characters"},
      {"weights elsewhere", named_m + R"("weights": "a/../../b.json", "layers": []})",
       "weights: expected a file in the description's folder or below, got"},
      {"weights anywhere", named_m + R"("weights": "/b.json", "layers": []})", "folder or below"},
      {"a judge elsewhere", named_m + R"("judge": "../b.json", "layers": []})",
       "judge: expected a file in the description's folder or below, got"},
      {"weights in JSON", R"({"0.weight": {"shape": [1], "data": [1]}})", "got weights in JSON"},
      {"an input of two dimensions", R"({"name": "m", "input": {"shape": [28, 28]}, "layers": []})",
       "input: shape: expected [channels, height, width]"},
      {"mean alone", R"({"name": "m", "input": {"shape": [1, 2, 2], "mean": [0]}, "layers": []})",
       "input: 'std' is missing"},
      {"std 0", R"({"name": "m", "input": {"shape": [1, 2, 2], "mean": [0], "std": [0]}})",
       "input: std: expected one positive number per channel, got [0]"},
      {"an option beyond its range", named_m + R"("maximise": {"lr": -1}, "layers": []})",
       "maximise: lr: expected a number from 0 to 1000, got -1"},
      {"half a step", named_m + R"("maximise": {"steps": 1.5}, "layers": []})",
       "maximise: steps: expected a whole number from 0 to 1e+06, got 1.5"},
      {"a variation that divides by nothing",
       R"({"name": "m", "input": {"shape": [1, 2, 2], "variation": 1e-300}, "layers": []})",
       "input: variation: expected a number from 1e-9 to 2, got 1e-300"},
      {"two classes of one name", named_m + R"("classes": ["cat", "dog", " cat"], "layers": []})",
       "classes: classes 0 and 2 are both called 'cat'"},
      {"a class that would be every class", named_m + R"("classes": ["a", "all"], "layers": []})",
       "classes: class 1 is called 'all'"},
      {"a class that would be another", named_m + R"("classes": ["index:1"], "layers": []})",
       "classes: class 0 is called 'index:1'"},
      {"no layer", with_layers(""), "layers: expected a list of layers, got []"},
      {"1,001 layers", with_layers(repeated(1001, R"({"type": "ReLU"})")),
       "layers: 1001 of them, at most 1000 are allowed"},
  });
}

TEST_CASE("hostile descriptions: the layer that is wrong is named") {
  const std::string pool = R"({"type": "MaxPool2d", "kernel_size": )";
  std::vector<Row> rows{
      {"no object", with_layers("1"), "layer 0: expected an object, got 1"},
      {"no type", with_layers(R"({"typ": "ReLU"})"), "layer 0: 'type' is missing"},
      {"an unknown type", with_layers(R"({"type": "ReLU"}, {"type": "Gelu"})"),
       "layer 1: unknown type 'Gelu' (known: Conv2d, Linear, BatchNorm2d, BatchNorm1d, "},
      {"a type that commands the terminal", with_layers(R"({"type": "\u001b[31mReLU"})"),
       R"(layer 0: type: expected text without control characters, got "\x1b[31mReLU")"},
      {"a misspelt field", with_layers(R"({"type": "MaxPool2d", "kernal_size": 2})"),
       "layer 0 (MaxPool2d): unknown field 'kernal_size' (known: type, name, "
       "inputs, kernel_size, stride, padding, dilation, ceil_mode)"},
      {"no kernel_size", with_layers(R"({"type": "MaxPool2d"})"), "'kernel_size' is missing"},
      {"text for a number", with_layers(R"({"type": "ELU", "alpha": "1"})"),
       "layer 0 (ELU): alpha: expected a number, got \"1\""},
      {"one name twice",
       with_layers(R"({"type": "ReLU", "name": "a"}, {"type": "ReLU", "name": "a"})"),
       "layer 1 (ReLU): layer name 'a' is taken"},
      {"a number for a name", with_layers(R"({"type": "ReLU", "name": "1"})"), "is a number"},
      {"kernel 0", with_layers(pool + "0}"), "layer 0 (MaxPool2d): MaxPool2d: kernel must be"},
      {"stride 0", with_layers(conv_layer(R"("kernel_size": 3, "stride": 0)")),
       "layer 0 (Conv2d): Conv2d: stride must be positive"},
      {"groups 2", with_layers(conv_layer(R"("kernel_size": 3, "groups": 2)")),
       "layer 0 (Conv2d): Conv2d: groups must divide in_channels 1 and out_channels 1, got 2"},
      {"groups 0", with_layers(conv_layer(R"("kernel_size": 3, "groups": 0)")), "got 0"},
      {"dilation 0", with_layers(conv_layer(R"("kernel_size": 3, "dilation": 0)")),
       "dilation must be positive, got 0x0"},
      {"a dilation beyond the image",
       with_layers(conv_layer(R"("kernel_size": 1048576, "dilation": 1048576)")), "has more than"},
      {"a padding in another word",
       with_layers(conv_layer(R"("kernel_size": 3, "padding": "full")")),
       R"(padding: expected a whole number, [height, width], "same" or "valid", got "full")"},
      {"a form that there is not", with_layers(R"({"type": "GELU", "approximate": "erf"})"),
       "layer 0 (GELU): GELU: approximate must be 'none' or 'tanh', got 'erf'"},
      {"a list of text", with_layers(R"({"type": "LayerNorm", "normalized_shape": ["8"]})"),
       "normalized_shape: expected a whole number from 0 to 1048576, got \"8\""},
      {"a list without end",
       with_layers(R"({"type": "ZeroPad2d", "padding": [)" + repeated(5000, "1") + "]}"),
       "layer 0 (ZeroPad2d): "},
      {"a size for each of five dimensions",
       with_layers(R"({"type": "LayerNorm", "normalized_shape": [1, 1, 1, 8, 8]})"),
       "one to three positive sizes, got (1, 1, 1, 8, 8)"},
      {"no channel", with_layers(R"({"type": "Conv2d", "in_channels": 0, "out_channels": 1,
                                     "kernel_size": 1})"),
       "must be positive, got 0 and 1"},
      {"p = 1", with_layers(R"({"type": "Dropout", "p": 1})"), "layer 0 (Dropout): "},
  };
  for (const char* size : {"-1", "-0", "1e2", "2.0", "true", "\"same\"", "18446744073709551616",
                           "1048577", "null", "[1]", "[1, 2, 3]", "[[1, 1], 1]"}) {
    rows.push_back({size, with_layers(pool + size + "}"), "layer 0 (MaxPool2d): kernel_size: "});
  }
  rows.push_back({"1e999", with_layers(pool + "1e999}"), "not JSON: number overflow"});
  check_rows(rows);
}

TEST_CASE("hostile descriptions: two layers that do not fit, and what is between them, are named") {
  check_rows({
      {"features", with_layers(flatten_layer + linear_layer(60, 2)),
       "layer 1 (Linear): Linear: expected an input [N,60], got [1,64], from layer 0 (Flatten)"},
      {"no Flatten", with_layers(R"({"type": "ReLU", "name": "act"}, )" + linear_layer(64, 2)),
       "layer 1 (Linear): Linear: expected an input [N,64], got [1,1,8,8], from layer act (ReLU)"},
      {"channels", with_layers(conv_layer(R"("kernel_size": 3)") + R"(, {"type": "BatchNorm2d",
                                    "num_features": 2})"),
       "BatchNorm2d: expected an input [N,2,H,W], got [1,1,6,6], from layer 0 (Conv2d)"},
      {"a kernel larger than the padded input",
       with_layers(R"({"type": "MaxPool2d", "kernel_size": 11, "padding": 1})"),
       "layer 0 (MaxPool2d): MaxPool2d: kernel 11x11 does not fit x [1,1,8,8] with padding 1x1, "
       "from the input"},
      {"classes", R"({"name": "m", "input": {"shape": [1, 1, 3]}, "classes": ["a", "b"],
                      "layers": [{"type": "Flatten"}]})",
       "2 classes need an output [1,2], the last layer gives [1,3]"},
  });
}

/// Were anything allocated before all is checked, these would take gigabytes.
const std::vector<Row> too_large{
    {"an input of 2^60 values",
     R"({"name": "m", "input": {"shape": [1048576, 1048576, 1048576]}, "layers": [{"type": "ReLU"}]})",
     "input [1048576,1048576,1048576] has more than 268435456 values"},
    {"2^40 weights", with_layers(flatten_layer + linear_layer(1048576, 1048576)),
     "layer 1 (Linear): Linear: weight [1048576,1048576] has more than 268435456 values"},
    {"2^80 weights", with_layers(R"({"type": "Conv2d", "in_channels": 1048576,
                                     "out_channels": 1048576, "kernel_size": 1048576})"),
     "layer 0 (Conv2d): Conv2d: weight [1048576,1048576,1048576,1048576] has more than"},
    {"an output of 2^60 values", with_layers(conv_layer(R"("kernel_size": 1, "padding": 1048576)")),
     "layer 0 (Conv2d): output [1,1,2097160,2097160] has more than 268435456 values"},
    {"1 GiB of weights, and a layer that does not fit them",
     with_layers(flatten_layer + linear_layer(64, 1048576) + ", " + linear_layer(1048576, 256) +
                 ", " + linear_layer(1, 1)),
     "layer 3 (Linear): Linear: expected an input [N,1], got [1,256], from layer 2 (Linear)"},
    {"layers that are allowed alone, and too large together",
     with_layers(flatten_layer + linear_layer(64, 16384) + ", " +
                 repeated(900, linear_layer(16384, 16384))),
     "layers: 241607720960 parameters in all, at most 268435456 are allowed"},
};

TEST_CASE("hostile descriptions: sizes are checked before anything is allocated") {
  check_rows(too_large);
}

TEST_CASE("hostile descriptions: cut anywhere they are refused, changed anywhere read or refused") {
  hostile::damage("m.json",
                  with_layers(conv_layer(R"("kernel_size": 3, "padding": [0, 1])") + ", " +
                              flatten_layer + linear_layer(48, 2)),
                  [](const std::string& bytes) { nn::parse_description(bytes, "m.json", 0); });
}

TEST_CASE("hostile descriptions: other kinds of files are called by their names") {
  const TemporaryFolder folder;
  const std::string path = folder / "m.json";
  const struct {
    std::string bytes;
    const char* message;
  } kinds[] = {
      {nn::to_safetensors({{"a", {{1}, {1}}}}, ""), "got weights in the safetensors format"},
      {"PK\3\4", "got a zip archive, such as PyTorch's checkpoints"},
      {"<html>", "got a web page"},
      {std::string(2'000'000, ' '), "2000000 bytes, at most 1048576 are read"},
  };
  for (const auto& kind : kinds) {
    nn::write_file(path, kind.bytes);
    const std::string said = hostile::refusal(path, [&] { nn::load_description(path); });
    CHECK_MESSAGE(said.find(kind.message) != said.npos, said);
  }
}

TEST_CASE("what a description may recommend is what the command line takes") {
  const TemporaryFolder folder;
  const std::string path = folder / "m.json";
  const std::string layers = R"("layers": [)" + flatten_layer + linear_layer(64, 2) + "]}";
  const auto recommended = [&](const std::string& name, const std::string& value) {
    nn::write_file(path, named_m + R"("maximise": {")" + name + R"(": )" + value + "}, " + layers);
    return viz("info " + path).code;
  };
  const auto asked_for = [&](const std::string& name, const std::string& value) {
    nn::write_file(path, named_m + layers);
    const std::string beside = name == "steps" ? "" : " --steps 0";
    return viz("maximise " + path + " --class 0 --stop-after 1 -o " + (folder / "x.png") + " --" +
               name + "=" + value + beside)
        .code;
  };
  for (const nn::Setting& setting : nn::maximise_settings()) {
    CAPTURE(setting.name);
    const auto word = [](double value) { return text(value); };
    for (const double good : {setting.low, setting.high}) {
      CHECK(recommended(setting.name, word(good)) == 0);
      if (setting.whole && good > 1e5) continue;  // 1e+06 is no whole number on a command line
      CHECK(asked_for(setting.name, word(good)) == 0);
    }
    for (const double bad : {setting.low - 0.05, 1.01 * setting.high}) {
      CHECK(recommended(setting.name, word(bad)) == 3);
      CHECK(asked_for(setting.name, word(bad)) == 2);
    }
    if (!setting.whole) continue;
    CHECK(recommended(setting.name, "1.5") == 3);
    CHECK(asked_for(setting.name, "1.5") == 2);
  }
}

TEST_CASE("viz refuses hostile models in one line, with exit code 3 and little memory") {
  const TemporaryFolder folder;
  const std::string model = folder / "m.json", weights = folder / "w.safetensors";
  const auto check = [&](const std::string& arguments, const std::string& message) {
    const Run run = viz(arguments);
    CAPTURE(run.err);
    CHECK(run.code == 3);
    CHECK(run.out.empty());
    CHECK(run.err.starts_with("viz: "));
    CHECK(run.err.find('\n') == run.err.size() - 1);
    CHECK_MESSAGE(run.err.find(message) != run.err.npos, message);
  };
  for (const Row& row : too_large) {
    nn::write_file(model, row.bytes);
    check("info " + model, row.message);
  }
  nn::write_file(model, std::string(20'000'000, '['));
  check("info " + model, "20000000 bytes, at most");

  nn::write_file(model, named_m + R"("weights": "w.safetensors", "layers": [)" + flatten_layer +
                            linear_layer(64, 2) + "]}");
  const auto truncated_to = [&](std::uintmax_t size) {
    std::filesystem::resize_file(weights, size);
  };
  // Ten million tensors would need a header of this size.
  nn::write_file(weights, hostile::safetensors(std::string(2'000'000, ' ')));
  truncated_to(500'000'000);
  check("info " + model, "its header would be 2000000 bytes long");
  check("classify " + model + " none.png", "its header would be 2000000 bytes long");
  // A large file whose header is right, but of another network.
  nn::write_file(weights,
                 hostile::safetensors(
                     R"({"x":{"dtype":"F32","shape":[100000000],"data_offsets":[0,400000000]}})"));
  truncated_to(std::filesystem::file_size(weights) + 400'000'000);
  check("info " + model, "'x' [100000000] is not in the model");
  truncated_to(std::uintmax_t{2} << 30);
  check("info " + model, "at most 1073741824 are read");
  nn::write_file(weights, "PK\3\4");
  check("info " + model, "a zip archive");
  check("info " + weights, "expected a model description");
}

TEST_CASE("viz takes weights that are not finite, and extra ones, if asked to") {
  const TemporaryFolder folder;
  const std::string model = folder / "m.json";
  nn::write_file(model, named_m + R"("weights": "w.safetensors", "layers": [{"type": "BatchNorm2d",
                           "num_features": 1}]})");
  nn::StoredTensors tensors;
  for (const char* name : {"weight", "bias", "running_mean", "running_var"}) {
    tensors[std::string("0.") + name] = {{1}, {HUGE_VALF}};
  }
  tensors["more"] = {{1}, {1}};
  nn::write_file(folder / "w.safetensors", nn::to_safetensors(tensors, ""));
  CHECK(viz("info " + model).err.find("'more' [1] is not in the model") != std::string::npos);
  CHECK(viz("info --allow-extra " + model).err.find("element [0] is inf") != std::string::npos);
  CHECK(viz("info --allow-extra --allow-nonfinite " + model).code == 0);
}

TEST_CASE("viz replay refuses hostile manifests") {
  const TemporaryFolder folder;
  const std::string path = folder / "a.npy.json";
  const std::string rest = R"(, "files": [], "output": "npy"})";
  for (const std::string& json :
       {std::string(1'000'000, '['), std::string("{}"), std::string(2'000'000, ' '),
        R"({"command": "replay", "options": {})" + rest,
        R"({"command": "maximise", "options": {"npy": ")" + (folder / "stolen") + "\"}" + rest,
        R"({"command": "maximise", "options": {"objective": 1})" + rest,
        std::string(R"({"command": "maximise", "options": {}, "files": 1, "output": "npy"})"),
        std::string(R"({"command": "maximise", "options": {}, "files": [{"option": "output",
                       "path": "a", "sha256": ""}], "output": "npy"})")}) {
    nn::write_file(path, json);
    const Run run = viz("replay " + path);
    CAPTURE(run.err);
    CHECK(run.code == 3);
    CHECK(run.err.find('\n') == run.err.size() - 1);
  }
  CHECK_FALSE(std::filesystem::exists(folder / "stolen"));
}
