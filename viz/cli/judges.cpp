#include "viz/cli/judges.hpp"

#include "nn/io/files.hpp"
#include "nn/printable.hpp"
#include "viz/cli/program.hpp"

namespace glass::viz::cli {

std::string judge_of(const std::string& path, const nn::Model& model) {
  if (model.judge.empty()) {
    throw UsageError("expected --judge JUDGE.json: " + path + R"( names none in "judge")");
  }
  const std::string judge = nn::beside(path, model.judge);
  if (!nn::status_of(judge)) {
    throw IoError(judge + ": no such file, and " + path +
                  R"( names it in "judge"; --judge takes another)");
  }
  return judge;
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
