#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <vector>

#include "docs/markdown.hpp"
#include "docs/scratch.hpp"
#include "test_data_files.hpp"

namespace {

/// The numbers that stand after `heading` in what a program printed.
std::vector<double> numbers_after(const std::string& heading, const std::string& out) {
  const std::size_t begin = out.find(heading);
  REQUIRE_MESSAGE(begin != out.npos, out);
  std::istringstream stream(out.substr(begin + heading.size()));
  std::vector<double> numbers;
  for (double number; stream >> number;) numbers.push_back(number);
  return numbers;
}

}  // namespace

TEST_CASE("examples: they do what their page says") {
  const TemporaryFolder folder;
  make_scratch_copy(GLASS_SOURCE_DIR, folder / "");
  data_files::write_noise_folder(folder / "mnist", /*cifar=*/false);
  const auto output_of = [&](const std::string& command) {
    CAPTURE(command);
    const Run run =
        run_program("cd '" + (folder / "") + "' && '" GLASS_PROGRAMS_DIR "'/example_" + command);
    CHECK_MESSAGE(run.code == 0, run.err);
    return run.out;
  };
  const std::vector<double> answers = numbers_after("[4,1]", output_of("xor"));
  REQUIRE(answers.size() == 4);
  CHECK(answers[0] < 0.1);
  CHECK(answers[1] > 0.9);
  CHECK(answers[2] > 0.9);
  CHECK(answers[3] < 0.1);

  // The loss and the first layer's gradient at step 0, the loss at step 200.
  const std::string spirals = output_of("residual");
  CHECK(numbers_after("without, step 0: loss 0.713755, first layer's gradient", spirals).at(0) < 1e-9);
  CHECK(numbers_after("without, step 200: loss", spirals).at(0) > 0.69);
  CHECK(numbers_after("with skips, step 200: loss", spirals).at(0) < 0.3);

  const std::vector<double> probabilities = numbers_after("[1,10]", output_of("maximise"));
  REQUIRE(probabilities.size() == 10);
  CHECK(probabilities[3] > 0.9);

  // Of a step of 1e-02 and of 1e-05, the errors in float and in double.
  const std::string errors = output_of("finite_differences");
  CHECK(numbers_after("1e-02", errors).at(0) < 1e-4);
  CHECK(numbers_after("1e-05", errors).at(0) > 1e-3);
  CHECK(numbers_after("1e-05", errors).at(1) < 1e-8);

  const std::string logits = output_of("from_pytorch");
  double sum = 0;
  for (const double logit : numbers_after("a grey image [1,5]", logits)) sum += std::exp(logit);
  CHECK(sum == doctest::Approx(1).epsilon(0.01));  // its last layer is LogSoftmax

  const std::string checks = output_of("gradcheck");
  CHECK(checks.starts_with("softplus: the gradient is right\ngradcheck: add: input 0 "));

  const std::string epochs = output_of("mnist mnist 2");
  CHECK(numbers_after("epoch 2: ", epochs).at(0) <= 100);

  for (const char* file : {"xor.png", "residual.png", "three.png", "finite-differences.svg"}) {
    CHECK_MESSAGE(std::filesystem::file_size(folder / file) > 500, file);
  }
  const Run refused =
      run_program("cd '" + (folder / "") + "' && '" GLASS_PROGRAMS_DIR "'/example_mnist /nowhere");
  CHECK(refused.code == 1);
  CHECK(refused.err == "/nowhere: no such folder\n");
}

TEST_CASE("examples: each is on its page, and as long as that says") {
  const std::string folder = GLASS_SOURCE_DIR "/docs/examples/", page = slurp(folder + "README.md");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".cpp") continue;
    const std::string name = entry.path().filename().string();
    const std::size_t length = markdown::lines(slurp(entry.path().string())).size();
    const std::string cells = "[" + name + "](" + name + ") | " + std::to_string(length) + " |";
    CHECK_MESSAGE(page.find(cells) != page.npos, "no ", cells);
    if (name == "maximise.cpp") CHECK(length <= 30);
    if (name == "mnist.cpp") CHECK(length <= 40);
  }
}
