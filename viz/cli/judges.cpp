#include "viz/cli/judges.hpp"

#include <filesystem>

#include "nn/printable.hpp"
#include "viz/cli/program.hpp"

namespace glass::viz::cli {

std::string default_judge(const std::string& model) {
  const std::filesystem::path path(model);
  const std::string stem = path.stem().string();
  std::string name;
  for (const std::size_t end : {stem.rfind('-'), stem.find('-')}) {
    name = stem.substr(0, end) + "-judge.json";
    const std::filesystem::path judge = path.parent_path() / name;
    std::error_code unreadable;
    if (judge != path && std::filesystem::exists(judge, unreadable)) return judge.string();
  }
  throw UsageError("expected --judge JUDGE.json: there is no other network " + name + " beside " +
                   model);
}

nn::Model load_judge(const std::string& path, const nn::Model& model,
                     const nn::LoadOptions& options) {
  nn::Model judge = nn::load_model(path, 0, options);
  if (judge.input_shape != model.input_shape || judge.class_count() != model.class_count()) {
    throw FileError(text(path, ": expected a judge of images ", model.input_shape, " and ",
                         model.class_count(), " classes, as ", model.name, " has, found one of ",
                         judge.input_shape, " and ", judge.class_count()));
  }
  if (!judge.classes.empty() && !model.classes.empty() && judge.classes != model.classes) {
    throw FileError(text(path, ": expected a judge of the classes of ", model.name, ", ",
                         nn::printable(nn::comma_list(model.classes)), ", found ",
                         nn::printable(nn::comma_list(judge.classes))));
  }
  judge.eval();
  return judge;
}

}  // namespace glass::viz::cli
