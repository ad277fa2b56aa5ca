#include <filesystem>

#include "autograd/threads.hpp"
#include "viz/cli/program.hpp"
#include "weights/provenance.hpp"
#include "weights/session.hpp"

int main(int argc, char** argv) {
  using namespace glass;
  using namespace glass::viz::cli;
  using training::TrainOptions;

  CLI::App program("Train a network on MNIST, Fashion-MNIST or CIFAR-10.", "train");
  program.footer(
      std::string("Ctrl-C keeps the best weights so far; --resume goes on from there.\n") +
      exit_codes_help);
  training::Session session;
  TrainOptions& options = session.options;
  int threads = 0;

  const auto option = [&](const char* name, auto& value, const char* help) {
    return program.add_option(name, value, help)->capture_default_str();
  };
  program.add_option("MODEL", session.model, "Model description, JSON")->required();
  program.add_option("--data", session.data, "Folder with the data set as downloaded")->required();
  program.add_option("-o,--out", session.output, "Description to write (default: MODEL itself)");
  option("--epochs", options.epochs, "Times that every image is seen")
      ->check(CLI::Range(1, 100000));
  option("--batch", options.batch, "Images per step")->check(CLI::Range(1, 100000));
  option("--optimiser,--optimizer", options.optimiser, "What steps the weights")
      ->check(CLI::IsMember(training::optimiser_names));
  CLI::Option* lr =
      program.add_option("--lr", options.lr, "Largest learning rate (default: 0.002, of sgd 0.05)");
  lr->check(CLI::PositiveNumber);
  CLI::Option* momentum =
      option("--momentum", options.momentum, "Share of the last step kept by sgd");
  momentum->check(CLI::Range(0.0, 0.999));
  option("--weight-decay", options.weight_decay, "Pull of the weights towards 0")
      ->check(CLI::NonNegativeNumber);
  option("--schedule", options.schedule, "Course of the learning rate")
      ->check(CLI::IsMember(training::schedule_names));
  option("--shift", options.augmentation.shift, "Move each image by up to this many pixels")
      ->check(CLI::Range(0, 1000));
  option("--noise", options.augmentation.noise, "Noise on each image, 1 being white less black")
      ->check(CLI::NonNegativeNumber);
  option("--seed", options.seed, "Seed of the first weights, the order, shifts and noise");
  option("--threads", threads, "Threads; 0 uses every core")->check(CLI::Range(0, 1024));
  program.add_option("--commit", session.commit, "Version for the model card (default: git's)");
  program.add_flag("--resume", session.resume, "Go on from the checkpoint of an earlier run");

  return run_program(program, argc, argv, [&] {
    if (options.optimiser == "sgd") {
      if (lr->empty()) options.lr = 0.05;
    } else if (!momentum->empty()) {
      throw UsageError("--momentum: only for --optimiser sgd");
    }
    kernels::set_threads(threads);
    if (session.output.empty()) session.output = session.model;
    session.command = training::command_for_card(argc, argv);
    if (session.commit.empty()) session.commit = training::git_commit(session.output);
    return training::run_session(session);
  });
}
