#include "viz/objective.hpp"

#include "autograd/ops.hpp"

namespace glass::inline GLASS_PRECISION::viz {

Objective parse_objective(const std::string& name) {
  if (name == "logit") return Objective::logit;
  if (name == "logprob") return Objective::logprob;
  if (name == "softmax") return Objective::softmax;
  throw Error("objective '" + name + "': expected logit, logprob or softmax");
}

Tensor class_objective(Objective objective, const Tensor& output,
                       const std::vector<Index>& classes) {
  switch (objective) {
    case Objective::logprob:
      return gather(log_softmax(output), classes);
    case Objective::softmax:
      return gather(softmax(output), classes);
    case Objective::logit:
      break;
  }
  return gather(output, classes);
}

}  // namespace glass::inline GLASS_PRECISION::viz
