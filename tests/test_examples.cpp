#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "docs/markdown.hpp"
#include "docs/scratch.hpp"
#include "test_data_files.hpp"

TEST_CASE("the examples do what their page says") {
  const TemporaryFolder folder;
  make_scratch_copy(GLASS_SOURCE_DIR, folder / "");
  data_files::write_noise_folder(folder / "mnist", /*cifar=*/false);
  struct Row {
    std::string command;
    std::vector<std::string> prints, writes;
  };
  for (const Row& row : std::vector<Row>{
           {"xor", {"[4,1]"}, {"xor.png"}},
           {"mnist mnist 2", {"epoch 1: ", "epoch 2: ", " % of the test images"}, {}},
           {"maximise", {"[1,10]"}, {"three.png"}},
           {"gradcheck", {"softplus: the gradient is right", "gradcheck: add: input 0"}, {}},
           {"from_pytorch", {"Conv2d", "logits of a grey image [1,"}, {}},
           {"finite_differences", {"1e-05"}, {"finite-differences.svg"}},
       }) {
    CAPTURE(row.command);
    const Run run = run_program("cd '" + (folder / "") + "' && '" GLASS_PROGRAMS_DIR "'/example_" +
                                row.command);
    CHECK_MESSAGE(run.code == 0, run.err);
    for (const std::string& text : row.prints) {
      CHECK_MESSAGE(run.out.find(text) != run.out.npos, run.out);
    }
    for (const std::string& file : row.writes) CHECK(std::filesystem::exists(folder / file));
  }
  const Run refused = run_program("'" GLASS_PROGRAMS_DIR "'/example_mnist /nowhere");
  CHECK(refused.code == 1);
  CHECK(refused.err == "/nowhere: no such folder\n");
}

TEST_CASE("an example is as short as its page says") {
  const std::string folder = GLASS_SOURCE_DIR "/docs/examples/";
  const auto length = [&](const std::string& name) {
    return markdown::lines(slurp(folder + name)).size();
  };
  CHECK(length("maximise.cpp") <= 30);
  CHECK(length("mnist.cpp") <= 40);
}
