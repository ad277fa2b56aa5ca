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

  Command program("train",
                  "Train a network on MNIST, Fashion-MNIST, CIFAR-10, or pictures of your own.");
  program.example("weights/mnist-cnn.json --data mnist -o mine.json",
                  "the shipped network again, from the data set as downloaded");
  program.example("--new pets.json --data pets",
                  "a new network for your own pictures, pets/cat/*.jpg and pets/dog/*.jpg");
  program.example("weights/mnist-cnn.json --data mnist -o mine.json --resume --epochs 20",
                  "further, from its checkpoint");
  training::Session session;
  TrainOptions& options = session.options;
  std::vector<std::string> augment, test_attacks;
  int threads = 0;

  program.group("What it learns");
  program.option("MODEL", session.model, "Model description, JSON").required();
  program
      .option("--data DIR", session.data,
              "Folder with the data set as downloaded, or with a folder of pictures a class")
      .required();
  const Option& create =
      program.option("--new", session.create,
                     "Write MODEL first: a small network that suits the data, to begin with");
  program
      .option("--classes K,...", session.classes,
              "Of the data set, names or numbers with commas: the first becomes class 0, and so on")
      .with_commas()
      .by_default("all");
  program.group("How it learns");
  program.option("--epochs N", options.epochs, "Times that every image is seen").within(1, 100000);
  options.batch = 0;
  program.option("--batch N", options.batch, "Images per step")
      .within(1, 100000)
      .by_default("64; of less than 1024 images a sixteenth, at least 8");
  program.option("--optimiser,--optimizer WORD", options.optimiser, "What steps the weights")
      .one_of(training::optimiser_names);
  const Option& lr = program.option("--lr X", options.lr, "Largest learning rate")
                         .positive(1e38)  // what single precision holds
                         .by_default("0.002, of sgd 0.05");
  const Option& momentum =
      program.option("--momentum X", options.momentum, "Share of the last step kept by sgd")
          .within(0, 0.999);
  const Option& weight_decay =
      program.option("--weight-decay X", options.weight_decay, "Pull of the weights towards 0")
          .within(0, 1e6)
          .by_default("0, of adamw 0.01");
  program.option("--schedule WORD", options.schedule, "Course of the learning rate")
      .one_of(training::schedule_names);
  program
      .option("--label-smoothing X", options.label_smoothing,
              "Share of the label given to all classes")
      .within(0, 0.9);
  program.option("--seed N", options.seed,
                 "Seed of the first weights, the order and every change of an image");
  add_threads(program, threads);
  program.group("What it is shown");
  program
      .option("--augment WORD,...", augment,
              "Show each image changed a little; several with commas")
      .with_commas()
      .one_of({"flip", "crop", "noise"});
  const Option& shift =
      program.option("--shift N", options.augmentation.shift, "Pixels by which crop moves an image")
          .within(0, 1000)
          .by_default("of --augment crop, 4");
  const Option& noise = program
                            .option("--noise X", options.augmentation.noise,
                                    "Strongest noise, 1 being white less black")
                            .within(0, 100)
                            .by_default("of --augment noise, 0.1");
  const Option& norm =
      program.option("--adversarial WORD", options.attack.norm, "Learn from attacked images")
          .one_of(viz::attack_norms);
  const Option& eps = program
                          .option("--eps X", options.attack.eps,
                                  "Largest change by an attack: of a pixel (linf), or in all (l2)")
                          .within(0, viz::largest_eps)
                          .needs(norm)
                          .by_default("of linf 0.25, of l2 0.5");
  program.option("--pgd-steps N", options.attack.steps, "Steps of an attack")
      .within(1, 1000)
      .needs(norm);
  program
      .option("--test-attack WORD", test_attacks,
              "Tell the accuracy under this attack as well: linf:EPS or l2:EPS; may be repeated")
      .by_default("the attack trained on");
  program.group("What it writes");
  program.output("-o,--out FILE.json", session.output, "Description; weights and card go beside it")
      .excludes(create)
      .by_default("MODEL itself");
  program.output(
      "--report FILE.html", session.report,
      "Also a web page to step through the training: loss, accuracy, gradients, kernels");
  program.option("--commit WORD", session.commit, "Version for the model card")
      .by_default("that of this program");
  program.option("--overwrite", session.overwrite,
                 "Replace weights, card, checkpoint and report that are there already");
  const Option& resume =
      program.option("--resume", session.resume, "Go on from the checkpoint of an earlier run")
          .excludes(create);
  program
      .option("--allow-nonfinite", session.load.allow_nonfinite,
              "Also if some of its numbers are NaN or infinite")
      .needs(resume);
  program.note("Ctrl-C keeps the best weights so far; --resume goes on from there.");

  program.does([&] {
    if (options.optimiser == "sgd") {
      if (!lr.given()) options.lr = 0.05;
    } else if (momentum.given()) {
      throw UsageError("--momentum: only for --optimiser sgd");
    }
    if (options.optimiser == "adamw" && !weight_decay.given()) options.weight_decay = 0.01;
    const auto asked = [&](const char* name) { return std::ranges::count(augment, name) > 0; };
    options.augmentation.flip = asked("flip");
    if (asked("crop") && !shift.given()) options.augmentation.shift = 4;
    if (asked("noise") && !noise.given()) options.augmentation.noise = 0.1;
    if (!eps.given()) options.attack.eps = options.attack.norm == "linf" ? 0.25 : 0.5;
    if (test_attacks.empty() && options.attack) session.test_attacks = {options.attack};
    for (const std::string& words : test_attacks) {
      session.test_attacks.push_back(as_usage([&] { return viz::parse_attack(words); }));
    }
    kernels::set_threads(threads);
    if (session.output.empty()) session.output = session.model;
    session.command = training::command_for_card(argc, argv);
    if (session.commit.empty()) session.commit = training::program_version;
    return training::run_session(session);
  });
  return run_program(program, argc, argv);
}
