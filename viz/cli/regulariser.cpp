#include <memory>

#include "viz/cli/sweep.hpp"

namespace glass::viz::cli {

void add_regulariser(Command& program) {
  struct Arguments : SweepArguments {
    std::vector<double> lambdas{0, 0.05, 0.2, 1, 5}, betas{1, 1.5, 2};
  };
  Command& command =
      program.command("regulariser", "Paint one class under many total variations, lambda by beta");
  command.example("weights/mnist-cnn.json --class 3 --lambdas 0,0.1,1 --betas 1,2",
                  "too little, enough and too much, in two kinds");
  const auto args = std::make_shared<Arguments>();
  args->output = "regulariser.png";
  add_sweep_options(command, *args, false);
  command.group("What is compared");
  const Option& lambdas =
      command.option("--lambdas X,...", args->lambdas, "Weights of total variation, with commas")
          .with_commas()
          .within(0, 1e6);
  const Option& betas =
      command.option("--betas X,...", args->betas, "Exponents of total variation, with commas")
          .with_commas()
          .within(0.1, 10);
  command.does([&command, &lambdas, &betas, args] {
    return sweep(command, *args, {"beta", betas.words()}, {"tv", lambdas.words(), "lambda"},
                 [](Manifest& manifest, const Axis& rows, const Axis& columns) {
                   manifest.set("lambdas", columns.values);
                   manifest.set("betas", rows.values);
                 });
  });
}

}  // namespace glass::viz::cli
