#include <filesystem>
#include <memory>
#include <sstream>

#include "nn/io/files.hpp"
#include "nn/io/sha256.hpp"
#include "viz/cli/commands.hpp"
#include "viz/memory.hpp"

namespace glass::viz::cli {

namespace {

constexpr std::uint64_t largest_card = std::uint64_t{1} << 20;  ///< bytes

/// The lines of the model card, `<description>.md`, that state an accuracy; empty without a card.
std::string accuracy_lines(const std::filesystem::path& description) {
  const std::filesystem::path card = std::filesystem::path(description).replace_extension(".md");
  std::error_code unreadable;
  if (!std::filesystem::exists(card, unreadable)) return {};
  std::istringstream lines(nn::read_file(card.string(), largest_card));
  std::string found;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("accuracy:") != std::string::npos) found += line + '\n';
  }
  return found;
}

int info_command(const std::string& path, const nn::LoadOptions& load) {
  const nn::Model model = nn::load_model(path, 0, load);
  print_text(model.summary());
  print_line(formatted("memory %.1f MB for each picture that is made, beside the weights",
                       bytes_per_picture(model, model.layers.size() - 1) / 1e6));
  print_line("weights sha256 " + weights_sha256(model));
  print_text(accuracy_lines(path));
  return exit_done;
}

}  // namespace

void add_info(Command& program) {
  Command& command = program.command("info", "Layers, shapes, parameters and accuracy of a model");
  command.example("weights/mnist-cnn.json", "what it is made of");
  const auto path = std::make_shared<std::string>();
  const auto load = std::make_shared<nn::LoadOptions>();
  add_model(command, *path, *load);
  command.does([path, load] { return info_command(*path, *load); });
}

}  // namespace glass::viz::cli
