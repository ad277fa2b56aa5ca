#include <filesystem>
#include <memory>

#include "viz/cli/commands.hpp"
#include "viz/cli/run_again.hpp"

namespace glass::viz::cli {

namespace {

namespace fs = std::filesystem;

struct FiguresArguments {
  std::string root = ".", output = "docs/figures";
  int threads = 0;
};

/// Every picture in the documentation. A word that begins with '@' is a model, one that begins with
/// '%' a sample image, and one that begins with '>' a file to write.
const std::vector<std::vector<std::string>> figures{
    {"gallery", "@mnist-cnn", "@mnist-robust", "-o", ">gallery-mnist.png"},
    {"gallery", "@fashion-cnn", "@fashion-robust", "-o", ">gallery-fashion.png"},
    {"gallery", "@cifar10-cnn", "@cifar10-robust", "@cifar10-resnet", "@cifar10-resnet-robust",
     "-o", ">gallery-cifar10.png"},
    {"maximise", "@cifar10-resnet-robust", "--class", "all", "--count", "8", "-o",
     ">eight-cifar10.png"},
    {"maximise", "@mnist-robust", "--class", "all", "--count", "8", "--variety", "1.25", "--l2",
     "3", "-o", ">eight-mnist.png"},
    {"maximise", "@fashion-robust", "--class", "all", "--count", "8", "--variety", "0.5", "--tv",
     "0.3", "--restarts", "36", "-o", ">eight-fashion.png"},
    {"maximise", "@mnist-cnn", "--class", "all", "--tv", "0", "--l2", "0", "--jitter", "0", "-o",
     ">no-regulariser-mnist.png"},
    {"maximise", "@cifar10-cnn", "--class", "all", "--tv", "0", "-o",
     ">no-regulariser-cifar10.png"},
    {"process", "@mnist-robust", "--class", "3", "-o", ">process-mnist.png", "--animation",
     ">process-mnist-animation.png"},
    {"process", "@cifar10-robust", "--class", "ship", "-o", ">process-cifar10.png", "--animation",
     ">process-cifar10-animation.png"},
    {"regulariser", "@mnist-cnn", "--class", "3", "-o", ">regulariser-mnist.png"},
    {"regulariser", "@cifar10-robust", "--class", "horse", "-o", ">regulariser-cifar10.png"},
    {"sweep", "@cifar10-cnn", "--class", "cat", "--rows", "jitter=0,3", "--columns",
     "parametrisation=pixel,fourier", "--tv", "0", "--l2", "0", "--steps", "128", "-o",
     ">coordinates-cifar10.png"},
    {"invert", "@mnist-cnn", "%digit.png", "--layer", "all", "-o", ">inversion-mnist.png"},
    {"invert", "@cifar10-robust", "%boat.png", "--layer", "all", "-o", ">inversion-cifar10.png"},
    {"attack", "@cifar10-cnn", "%boat.png", "--beside", "@cifar10-robust", "-o",
     ">attack-cifar10.png"},
    {"dream", "@cifar10-resnet-robust", "%landscape.jpg", "--class", "dog", "-o", ">dream-dog.png"},
    {"dream", "@cifar10-robust", "%landscape.jpg", "--layer", "relu6", "-o", ">dream-layer.png"},
    {"saliency", "@cifar10-robust", "%boat.png", "-o", ">saliency-cifar10.png"},
    {"attribute", "@cifar10-robust", "%boat.png", "--method", "all", "-o",
     ">attribution-cifar10.png"},
    {"attribute", "@mnist-robust", "%digit.png", "--method", "all", "--controls", "-o",
     ">attribution-controls-mnist.png"},
    {"tape", "@mnist-robust", "--image", "%digit.png", "--init", "noise", "--step", "40", "-o",
     ">tape-mnist.svg"},
    {"tape", "@tiny", "--mode", "train", "--image", "%digit.png", "-o", ">tape-tiny.svg"},
    {"saliency", "@mnist-robust", "%digit.png", "-o", ">saliency-mnist.png"},
    {"maximise", "@mnist-cnn", "--objective", "neuron:conv1:1,5,5 + neuron:conv2:4,9,9", "--init",
     "grey", "--tv", "0", "--l2", "0", "--jitter", "0", "--width", "0", "-o", ">footprints.png"},
    {"invert", "@mnist-cnn", "%digit.png", "--layer", "relu2,maxpool2", "--width", "0", "-o",
     ">inversion-pooling.png"},
    {"saliency", "@mnist-cnn", "%digit.png", "-o", ">saliency-mnist-cnn.png"},
    {"maximise", "@mnist-cnn", "--class", "all", "--objective", "softmax", "-o",
     ">softmax-objective.png"},
    {"maximise", "@mnist-cnn", "--class", "all", "--objective", "logit", "-o",
     ">logit-objective.png"},
    {"maximise", "@cifar10-robust", "--objective", "channel:conv2:all", "--steps", "128", "-o",
     ">channels-cifar10.png"},
    {"maximise", "@cifar10-robust", "--objective", "logit:bird + 10*variety:relu6", "--count", "5",
     "--steps", "100", "-o", ">birds.png"},
};

int figures_command(const FiguresArguments& args) {
  const fs::path root = args.root;
  if (!fs::is_directory(args.output)) throw IoError(args.output + ": no such folder");
  for (const std::vector<std::string>& figure : figures) {
    std::vector<std::string> words;
    for (const std::string& word : figure) {
      const std::string name = word.substr(1);
      if (word[0] == '@') {
        words.push_back((root / "weights" / (name + ".json")).lexically_normal().string());
      } else if (word[0] == '%') {
        words.push_back((root / "docs" / "samples" / name).lexically_normal().string());
      } else if (word[0] == '>') {
        words.push_back((fs::path(args.output) / name).string());
      } else {
        words.push_back(word);
      }
    }
    words.insert(words.end(), {"--threads", std::to_string(args.threads)});
    if (const int code = run_again(words); code != exit_done) return code;
    for (const std::string& word : figure) {
      if (word[0] == '>') print_line((fs::path(args.output) / word.substr(1)).string());
    }
  }
  return exit_done;
}

}  // namespace

void add_figures(Command& program) {
  Command& command = program.command("figures", "Paint every picture of the documentation again");
  command.example("-o docs/figures", "in a clone; a quarter of an hour");
  const auto args = std::make_shared<FiguresArguments>();
  command.option("--root DIR", args->root, "Folder of the project: weights and docs are in it");
  command.option("-o,--output DIR", args->output, "Folder to write to");
  add_threads(command, args->threads);
  command.does([args] { return figures_command(*args); });
}

}  // namespace glass::viz::cli
