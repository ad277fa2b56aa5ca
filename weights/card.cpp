#include "weights/card.hpp"

#include <sstream>

#include "autograd/table.hpp"
#include "viz/classes.hpp"

namespace glass::training {

namespace {

Index parameter_count(const nn::Model& model) {
  Index count = 0;
  for (const auto& [name, tensor] : model.parameters()) count += tensor.size();
  return count;
}

void write_confusion(std::ostream& out, const nn::Model& model, const Evaluation& test) {
  out << "## Confusion matrix of the test images\n\n"
      << "Rows are the truth, columns the network's answers.\n\n| |";
  for (Index k = 0; k < test.classes; ++k) out << ' ' << viz::class_name(model, k) << " |";
  out << "\n|---|";
  for (Index k = 0; k < test.classes; ++k) out << "---:|";
  for (Index truth = 0; truth < test.classes; ++truth) {
    out << "\n| **" << viz::class_name(model, truth) << "** |";
    for (Index answer = 0; answer < test.classes; ++answer) {
      out << ' ' << test.confusion[static_cast<std::size_t>(truth * test.classes + answer)] << " |";
    }
  }
  out << '\n';
}

}  // namespace

std::string accuracy_text(Index correct, Index total) {
  const double percent = 100 * static_cast<double>(correct) / static_cast<double>(total);
  return text(formatted("%.2f %%", percent), " (", correct, " of ", total, ")");
}

std::string write_card(const nn::Model& model, const Card& card) {
  std::ostringstream out;
  out << "# " << model.name << "\n\n"
      << "test accuracy: " << accuracy_text(card.test.correct(), card.test.total()) << "\n\n"
      << "validation accuracy: "
      << accuracy_text(card.validation.correct(), card.validation.total()) << "\n\n";
  for (const auto& [attack, test] : card.robust) {
    out << "robust accuracy: " << accuracy_text(test.correct(), test.total()) << " under attacks ("
        << attack.norm << ", eps " << attack.eps << ", " << attack.steps << " steps)\n\n";
  }
  out << "| | |\n|---|---|\n"
      << "| parameters | " << parameter_count(model) << " |\n"
      << "| data | " << card.data << ": " << card.training_images << " training, "
      << card.validation.total() << " validation and " << card.test.total() << " test images of "
      << model.input_shape << " |\n"
      << (card.classes.empty() ? "" : "| classes | " + card.classes + " |\n") << "| command | `"
      << card.command << "` |\n"
      << "| seed | " << card.seed << " |\n";
  if (!card.commit.empty()) out << "| commit | " << card.commit << " |\n";
  out << "| epochs | " << card.epochs << " of " << card.planned_epochs
      << "; these are the weights after epoch " << card.best_epoch << " |\n\n"
      << "The validation images were held out: no gradient came from "
         "them, and they chose the epoch whose weights were kept. The test images chose "
         "nothing.\n\n";
  write_confusion(out, model, card.test);
  return out.str();
}

}  // namespace glass::training
