#pragma once

#include <functional>
#include <string>
#include <vector>

namespace glass::bench {

/// One repeatable piece of work and what it costs in multiplications and additions.
struct Task {
  std::function<void()> step;
  double flops;
};

/// All tasks by name. Nothing is set up until `make` is called.
struct NamedTask {
  std::string name;
  Task (*make)();
};
const std::vector<NamedTask>& tasks();
/// The one of this name, made.
Task make_task(const std::string& name);

/// c = a b for square matrices.
Task sgemm(long size);

}  // namespace glass::bench
