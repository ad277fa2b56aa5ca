#include <algorithm>

#include "autograd/threads.hpp"
#include "viz/cli/program.hpp"
#include "weights/provenance.hpp"
#include "weights/session.hpp"
#include "weights/version.hpp"

int main(int argc, char** argv) {
  using namespace glass;
  using namespace glass::viz::cli;
  using training::TrainOptions;

  CLI::App program("Train a network on MNIST, Fashion-MNIST or CIFAR-10.", "train");
  program.footer(help_footer("Ctrl-C keeps the best weights so far; --resume goes on from there."));
  training::Session session;
  TrainOptions& options = session.options;
  std::vector<std::string> augment, test_attacks;
  int threads = 0;

  const auto option = [&](const char* name, auto& value, const char* help) {
    return program.add_option(name, value, help)->capture_default_str();
  };
  program.add_option("MODEL", session.model, "Model description, JSON")->required();
  program.add_option("--data", session.data, "Folder with the data set as downloaded")->required();
  program
      .add_option(
          "--classes", session.classes,
          "Of the data set, names or numbers with commas: the first becomes class 0, and so "
          "on (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false);  // MODEL may follow
  program.add_option("-o,--out", session.output, "Description to write (default: MODEL itself)");
  option("--epochs", options.epochs, "Times that every image is seen")
      ->check(CLI::Range(1, 100000));
  option("--batch", options.batch, "Images per step")->check(CLI::Range(1, 100000));
  option("--optimiser,--optimizer", options.optimiser, "What steps the weights")
      ->check(CLI::IsMember(training::optimiser_names));
  CLI::Option* lr =
      program.add_option("--lr", options.lr, "Largest learning rate (default: 0.002, of sgd 0.05)");
  lr->check(positive(1e38));  // what single precision holds
  CLI::Option* momentum =
      option("--momentum", options.momentum, "Share of the last step kept by sgd");
  momentum->check(within(0, 0.999));
  CLI::Option* weight_decay =
      program.add_option("--weight-decay", options.weight_decay,
                         "Pull of the weights towards 0 (default: 0, of adamw 0.01)");
  weight_decay->check(within(0, 1e6));
  option("--schedule", options.schedule, "Course of the learning rate")
      ->check(CLI::IsMember(training::schedule_names));
  option("--label-smoothing", options.label_smoothing, "Share of the label given to all classes")
      ->check(within(0, 0.9));
  program
      .add_option("--augment", augment,
                  "Show each image changed a little: flip, crop, noise; several with commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"flip", "crop", "noise"}));
  CLI::Option* shift =
      program.add_option("--shift", options.augmentation.shift,
                         "Pixels by which crop moves an image (of --augment crop: 4)");
  shift->check(CLI::Range(0, 1000));
  CLI::Option* noise =
      program.add_option("--noise", options.augmentation.noise,
                         "Strongest noise, 1 being white less black (of --augment noise: 0.1)");
  noise->check(within(0, 100));
  CLI::Option* norm =
      program.add_option("--adversarial", options.attack.norm, "Learn from attacked images")
          ->check(CLI::IsMember(training::attack_norms));
  CLI::Option* eps = program.add_option("--eps", options.attack.eps,
                                        "Largest change by an attack: of a pixel (linf; default: "
                                        "0.25), or in all (l2; default: 0.5)");
  eps->check(within(0, training::largest_eps))->needs(norm);
  option("--pgd-steps", options.attack.steps, "Steps of an attack")
      ->check(CLI::Range(1, 1000))
      ->needs(norm);
  program.add_option("--test-attack", test_attacks,
                     "Tell the accuracy under this attack as well: linf:EPS or l2:EPS; may be "
                     "repeated (default: the attack trained on)");
  option("--seed", options.seed,
         "Seed of the first weights, the order and every change of an image");
  option("--threads", threads, "Threads; 0 uses every core")->check(CLI::Range(0, 1024));
  program.add_option("--report", session.report,
                     "Also write a web page to step through the training: loss, accuracy, "
                     "gradients, kernels");
  program.add_option("--commit", session.commit,
                     "Version for the model card (default: that of this program)");
  program.add_flag("--overwrite", session.overwrite,
                   "Replace weights, card, checkpoint and report that are there already");
  CLI::Option* resume =
      program.add_flag("--resume", session.resume, "Go on from the checkpoint of an earlier run");
  program
      .add_flag("--allow-nonfinite", session.load.allow_nonfinite,
                "Also if some of its numbers are NaN or infinite")
      ->needs(resume);

  return run_program(program, argc, argv, [&] {
    if (options.optimiser == "sgd") {
      if (lr->empty()) options.lr = 0.05;
    } else if (!momentum->empty()) {
      throw UsageError("--momentum: only for --optimiser sgd");
    }
    if (options.optimiser == "adamw" && weight_decay->empty()) options.weight_decay = 0.01;
    const auto asked = [&](const char* name) { return std::ranges::count(augment, name) > 0; };
    options.augmentation.flip = asked("flip");
    if (asked("crop") && shift->empty()) options.augmentation.shift = 4;
    if (asked("noise") && noise->empty()) options.augmentation.noise = 0.1;
    if (eps->empty()) options.attack.eps = options.attack.norm == "linf" ? 0.25 : 0.5;
    if (test_attacks.empty() && options.attack) session.test_attacks = {options.attack};
    for (const std::string& words : test_attacks) {
      session.test_attacks.push_back(as_usage([&] { return training::parse_attack(words); }));
    }
    kernels::set_threads(threads);
    if (session.output.empty()) session.output = session.model;
    session.command = training::command_for_card(argc, argv);
    if (session.commit.empty()) session.commit = training::program_version;
    return training::run_session(session);
  });
}
