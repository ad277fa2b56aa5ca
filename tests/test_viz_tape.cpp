#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "nn/io/model_file.hpp"
#include "programs.hpp"
#include "tape_lines.hpp"
#include "viz/pages/tape/formulas.hpp"
#include "viz/pages/tape/json.hpp"
#include "viz/pages/tape/layout.hpp"
#include "viz/pages/tape/record.hpp"
#include "viz/pages/tape/svg.hpp"

using namespace glass;

namespace {

using Json = nlohmann::json;

Run trace(const std::string& words) { return run_viz("tape " + words); }

/// The operations from the first convolution to the logits.
std::vector<std::string> through_the_layers(const Json& entries) {
  std::vector<std::string> ops;
  for (const Json& entry : entries) {
    if (entry["layer"] != "" && entry["op"] != "leaf") ops.push_back(entry["op"]);
  }
  return ops;
}

Tensor noise(const Shape& shape) {
  Rng rng(4);
  return Tensor::uniform(shape, rng);
}

}  // namespace

TEST_CASE("viz tape --format json: the same operations, and only the leaves' roles change") {
  const Run run = trace(mnist_json + " --class 3 --format json");
  REQUIRE(run.code == 0);
  const Json json = Json::parse(run.out);
  REQUIRE(json.size() == 2);
  CHECK(through_the_layers(json["training"]) == through_the_layers(json["maximisation"]));
  CHECK(through_the_layers(json["training"]) ==
        std::vector<std::string>{"conv2d", "relu", "max_pool2d", "conv2d", "relu", "max_pool2d",
                                 "reshape", "linear", "relu", "linear"});
  int weights_seen = 0, images_seen = 0;
  for (const Json& entry : json["training"]) {
    for (const char* key : {"op", "layer", "shape", "role", "trainable", "gradient", "grad_l2"}) {
      CHECK_MESSAGE(entry.contains(key), key);
    }
    if (entry["role"] == "weight") {
      ++weights_seen;
      CHECK(entry["trainable"] == true);
      CHECK(entry["gradient"] == "computed");
      CHECK(entry["grad_l2"].get<double>() > 0);
    }
    CHECK_FALSE((entry["role"] == "image" && entry["gradient"] == "computed"));
    CHECK_FALSE((entry["role"] == "data" && entry["gradient"] == "computed"));
  }
  CHECK(weights_seen == 8);
  weights_seen = 0;
  for (const Json& entry : json["maximisation"]) {
    if (entry["role"] == "weight") {
      ++weights_seen;
      CHECK(entry["gradient"] == "skipped");
      CHECK(entry["reason"] == "weight frozen");
      CHECK(entry["grad_l2"].is_null());
    } else if (entry["role"] == "image") {
      ++images_seen;
      CHECK(entry["gradient"] == "computed");
      CHECK(entry["grad_l2"].get<double>() > 0);
    }
  }
  CHECK(weights_seen == 8);
  CHECK(images_seen == 1);
}

TEST_CASE("the gradient norms of a tape are those computed by hand") {
  nn::Model model = nn::load_model(tiny_json);
  const Tensor x = noise({1, 1, 28, 28});
  const Json entries = viz::to_json(*viz::tape_of_training(model, x, 7));
  model.requires_grad(true);
  for (const auto& [name, weight] : model.parameters()) weight.zero_grad();
  cross_entropy(model(x), {7}).backward();
  std::vector<double> by_hand, on_tape;
  for (const auto& [name, weight] : model.parameters()) {
    double squares = 0;
    for (const double g : weight.grad().values()) squares += g * g;
    by_hand.push_back(std::sqrt(squares));
  }
  for (const Json& entry : entries) {
    if (entry["role"] == "weight") on_tape.push_back(entry["grad_l2"]);
  }
  REQUIRE(on_tape.size() == by_hand.size());
  for (std::size_t i = 0; i < by_hand.size(); ++i) {
    CHECK(on_tape[i] == doctest::Approx(by_hand[i]).epsilon(1e-6));
  }
}

TEST_CASE("the tape of maximisation is that of the step asked for") {
  nn::Model model = nn::load_model(tiny_json);
  const viz::Objective objective(model, "logit:7");
  const Tensor init = noise({1, 1, 28, 28});
  std::vector<double> losses;
  for (const int steps : {0, 3}) {
    const auto recorded =
        viz::tape_of_maximisation(model, objective, init, viz::MaximiseOptions{}, steps);
    losses.push_back(recorded->entries().back().value.item());
    int trainable = 0;
    for (const Trace::Entry& entry : recorded->entries()) trainable += entry.trainable;
    CHECK(trainable == 1);
    CHECK(std::ranges::equal(recorded->entries()[0].value.values(), init.values()) == (steps == 0));
  }
  CHECK(losses[1] < losses[0]);
}

TEST_CASE("viz tape begins where every gradient lives, and --step decides") {
  const auto dead = [](const std::string& options) {
    const Run run =
        trace(weights_folder + "mnist-robust.json --mode maximise --format json " + options);
    REQUIRE_MESSAGE(run.code == 0, run.err);
    const Json json = Json::parse(run.out);
    int count = 0;
    for (const Json& entry : json["maximisation"]) {
      for (const Json& input : entry["inputs"]) {
        count += input["gradient"] == "computed" && !(input["grad_l2"].get<double>() > 0);
      }
    }
    return count;
  };
  CHECK(dead("") == 0);
  CHECK(dead("--step 0") > 0);  // the regulariser's weight is still 0
  const auto title = [](const std::string& options) {
    const std::string text =
        trace(weights_folder + "mnist-robust.json --mode maximise " + options).out;
    return text.substr(0, text.find('\n'));
  };
  CHECK(title("") == "Maximisation of the logit of 0, step 1");
  CHECK(title("--step 3") == "Maximisation of the logit of 0, step 3");
}

TEST_CASE("where no step lets every gradient live, a tape is that of the first") {
  nn::Model model = nn::load_model(tiny_json);
  const viz::Objective objective(model, "logit:7");
  for (const auto& [name, weight] : model.parameters()) {
    if (name.ends_with("bias")) std::ranges::fill(weight.mutable_values(), real(-1e6));
  }
  const Tensor init = noise({1, 1, 28, 28});
  CHECK(viz::steps_until_all_live(model, objective, init, viz::MaximiseOptions{}) == 0);
}

TEST_CASE("the leaves of a drawing lie beside each other, none on another") {
  nn::Model model = nn::load_model(weights_folder + "mnist-robust.json");
  const viz::Objective objective(model, "logit:3");
  const auto tape =
      viz::tape_of_maximisation(model, objective, noise({1, 1, 28, 28}), viz::MaximiseOptions{}, 0);
  const std::string svg = viz::to_svg("a tape", {{"maximisation", "a tape", tape.get()}});
  std::vector<std::pair<double, double>> corners;
  const std::string leaf = "<g class=\"leaf ", box = "<rect class=\"box\" x=\"", y = "\" y=\"";
  for (std::size_t at = 0; (at = svg.find(leaf, at)) != svg.npos; ++at) {
    const std::size_t left = svg.find('>', at) + 1;
    if (svg.compare(left, box.size(), box) != 0) continue;  // the image has no box
    const std::size_t top = svg.find(y, left);
    corners.emplace_back(std::stod(svg.substr(left + box.size())),
                         std::stod(svg.substr(top + y.size())));
  }
  CHECK(corners.size() == 8);  // weights and biases; the constant of the regulariser has no place
  for (std::size_t i = 0; i < corners.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const bool beside = corners[i].first != corners[j].first ||
                          std::abs(corners[i].second - corners[j].second) >= 20;
      CHECK(beside);
    }
}

TEST_CASE("lines begin at the image, end at its gradient, and pass through no box") {
  nn::Model model = nn::load_model(weights_folder + "cifar10-robust.json");
  const viz::Objective objective(model, "logit:7");
  const auto tape =
      viz::tape_of_maximisation(model, objective, noise({1, 3, 32, 32}), viz::MaximiseOptions{}, 0);
  CHECK(check_lines(*tape) == 3);  // the layers, the total variation, the L2 term
}

TEST_CASE("aligned tapes share rows where they do the same, and lose nothing") {
  nn::Model model = nn::load_model(tiny_json);
  const viz::Objective objective(model, "logit:7");
  const Tensor x = noise({1, 1, 28, 28});
  const auto first = viz::tape_of_training(model, x, 7);
  const auto second = viz::tape_of_maximisation(model, objective, x, viz::MaximiseOptions{}, 0);
  const std::vector<viz::Row> rows = viz::align(*first, second.get());
  std::array<std::vector<std::size_t>, 2> seen;
  int shared = 0;
  for (const viz::Row& row : rows) {
    for (std::size_t c = 0; c < 2; ++c) {
      if (row.entries[c]) seen[c].push_back(*row.entries[c]);
    }
    if (!row.same) continue;
    ++shared;
    CHECK(first->entries()[*row.entries[0]].op == second->entries()[*row.entries[1]].op);
    CHECK(first->entries()[*row.entries[0]].layer == second->entries()[*row.entries[1]].layer);
  }
  CHECK(shared == model.layers.size() + 1);  // and the normalisation
  for (std::size_t c = 0; c < 2; ++c) {
    const Trace& trace = c == 0 ? *first : *second;
    CHECK(std::ranges::is_sorted(seen[c]));
    CHECK(static_cast<long>(seen[c].size()) ==
          std::ranges::count_if(trace.entries(), [](const auto& e) { return !e.is_leaf(); }));
  }
  REQUIRE(rows.back().entries[0]);  // both losses, in one row
  REQUIRE(rows.back().entries[1]);

  const viz::Layout layout = viz::lay_out(*first, second.get());
  for (const auto& column : layout.columns) {
    std::set<std::pair<int, int>> taken;
    for (const viz::Place& place : column) {
      CHECK(taken.emplace(place.lane, place.row).second);
      CHECK(place.row < layout.rows);
    }
  }
}

TEST_CASE("every operation has a formula, and a gradient for each input that it names") {
  const std::string mark = "name() const override { return \"";
  for (const auto& file : std::filesystem::directory_iterator(GLASS_SOURCE_DIR "/autograd/ops")) {
    const std::string code = slurp(file.path().string());
    for (std::size_t i = 0; (i = code.find(mark, i)) != code.npos;) {
      i += mark.size();
      const viz::Formula& formula = viz::formula_of(code.substr(i, code.find('"', i) - i));
      CAPTURE(formula.op);
      CHECK_FALSE(formula.backward.empty());
      CHECK(formula.inputs.size() == formula.backward.size());
      for (const std::string& line : formula.backward) CHECK(line.find(" = ") != line.npos);
    }
  }
  CHECK_THROWS_AS(viz::formula_of("nothing"), std::logic_error);
}

TEST_CASE("a formula is the indented lines of the comment above its node, in mathematical signs") {
  const viz::Formula& conv2d = viz::formula_of("conv2d");
  CHECK(conv2d.forward ==
        "y[n,k,p,q] = b[k] + Σ_{c,r,s} w[k,c,r,s] x[n,c,h,w] with h = p stride + r − padding and "
        "w = q stride + s − padding; outside the image x is 0");
  CHECK(conv2d.inputs == std::vector<std::string>{"x", "w", "b"});
  CHECK(conv2d.backward.back() == "db[k] = Σ_{n,p,q} dy[n,k,p,q]");
  CHECK(viz::formula_of("square").forward == "y = x²");
  CHECK(viz::formula_of("mul").backward == std::vector<std::string>{"da = dy b", "db = dy a"});
  CHECK(viz::formula_of("mul_number").forward == "y = number x");
}

TEST_CASE("viz tape writes every format, by option or by the output's name") {
  const TemporaryFolder folder;
  const Run text = trace(tiny_json);
  CHECK(text.code == 0);
  CHECK(text.out.find("skipped: weight frozen") != text.out.npos);
  CHECK(text.out.find('\x1b') == text.out.npos);
  CHECK(trace(tiny_json + " --mode train").out.find("frozen") == text.out.npos);

  REQUIRE(trace(tiny_json + " -o " + (folder / "t.svg")).code == 0);
  const std::string svg = slurp(folder / "t.svg");
  CHECK(svg.starts_with("<svg "));
  CHECK(svg.find("class=\"tape\"") != svg.npos);  // which its style is for
  CHECK(svg.find("\n.tape .box {") != svg.npos);
  CHECK(slurp(folder / "t.svg") == trace(tiny_json + " --format svg --threads 1").out);
  REQUIRE(trace(tiny_json + " -o " + (folder / "t.dot")).code == 0);
  CHECK(slurp(folder / "t.dot").starts_with("digraph "));
  REQUIRE(trace(tiny_json + " -o " + (folder / "t.html")).code == 0);
  const std::string html = slurp(folder / "t.html");
  CHECK(html.starts_with("<!DOCTYPE html>"));
  CHECK(html.find("http") == html.find("http-equiv"));
  CHECK(html.find("http", html.find("http-equiv") + 1) == html.npos);

  const Json one = Json::parse(trace(tiny_json + " --mode maximise --format json --times").out);
  REQUIRE(one.size() == 1);
  CHECK(one["maximisation"].back()["forward_us"].get<double>() > 0);
}

TEST_CASE("a layer's name that would reach into the shape beside it is drawn narrower") {
  const TemporaryFolder folder;
  const std::string path = folder / "tape.svg";
  REQUIRE(
      run_viz("tape " + weights_folder + "cifar10-judge.json --mode maximise --step 0 -o " + path)
          .code == 0);
  const std::string svg = slurp(path);  // beside [1,160,1,1] in a box of 200
  CHECK(contains(svg, "textLength=\"95\" lengthAdjust=\"spacingAndGlyphs\">adaptiveavgpool1<"));
  CHECK(contains(svg, "class=\"layer\">batchnorm6<"));
}

TEST_CASE("viz tape refuses in one line what it cannot do") {
  const auto refused = [](const std::string& words, int code, const std::string& reason) {
    const Run run = trace(words);
    CHECK(run.code == code);
    CHECK_MESSAGE(run.err.find(reason) != run.err.npos, run.err);
    CHECK(std::ranges::count(run.err, '\n') == 1);
    CHECK(run.out.empty());
  };
  refused(tiny_json + " --class twelve", 2, "twelve");
  refused(tiny_json + " --mode backwards", 2, "backwards");
  refused(tiny_json + " --format pdf", 2, "pdf");
  refused(tiny_json + " --format svg --times", 2, "--times");
  refused(tiny_json + " --image " + weights_folder + "tiny.md", 3, "PNG");
  refused(tiny_json + " -o /nowhere/t.svg", 4, "/nowhere");
  refused(weights_folder + "none.json", 4, "none.json");
}

TEST_CASE("the pages of the shipped networks stay small") {
  const TemporaryFolder folder;
  REQUIRE(trace(mnist_json + " -o " + (folder / "m.html")).code == 0);
  CHECK(std::filesystem::file_size(folder / "m.html") < 2'000'000);
  REQUIRE(trace(cifar_json + " -o " + (folder / "c.html")).code == 0);
  CHECK(std::filesystem::file_size(folder / "c.html") < 6'000'000);
}
