#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "autograd/implementation.hpp"
#include "autograd/kernels.hpp"
#include "autograd/storage_pool.hpp"
#include "autograd/threads.hpp"
#include "check.hpp"
#include "heap.hpp"
#include "parts.hpp"
#include "roofline.hpp"
#include "scale.hpp"
#include "tasks.hpp"
#include "timing.hpp"
#include "viz/cli/program.hpp"

namespace glass::bench {

namespace {

const std::map<std::string, kernels::Implementation> implementations = {
    {"reference", kernels::Implementation::reference},
    {"im2col", kernels::Implementation::im2col},
    {"implicit_gemm", kernels::Implementation::implicit_gemm},
    {"fast", kernels::Implementation::fast}};

struct Arguments {
  std::vector<std::string> tasks;
  double seconds = 4;
  int threads = 0;
  bool json = false, scale = false, check = false;
  std::string kernel = "fast", parts, roofline;
};

void run_task(const NamedTask& named, const Arguments& args) {
  const Task task = named.make();
  const Timing timing = measure(task.step, args.seconds);
  const MemoryUse use = memory_use(task.step);
  const double gflops = task.flops / timing.median_s / 1e9;
  if (args.json) {
    std::cout << nlohmann::ordered_json{{"task", named.name},
                                        {"threads", kernels::threads()},
                                        {"median_s", timing.median_s},
                                        {"n", timing.n},
                                        {"gflops", gflops},
                                        {"storage_allocations", use.new_storage},
                                        {"heap_allocations", use.heap_calls},
                                        {"heap_bytes", use.heap_bytes}}
              << std::endl;
  } else {
    std::printf("%-18s %7d %12.4f %7d %9.1f %12zu %12zu\n", named.name.c_str(), kernels::threads(),
                1e3 * timing.median_s, timing.n, gflops, use.new_storage, use.heap_calls);
    std::fflush(stdout);
  }
}

void run_tasks(const Arguments& args) {
  if (!args.json) {
    std::printf("%-18s %7s %12s %7s %9s %12s %12s\n", "task", "threads", "median ms", "n",
                "GFLOP/s", "new storage", "heap calls");
  }
  for (const NamedTask& named : tasks()) {
    if (!args.tasks.empty() && std::ranges::find(args.tasks, named.name) == args.tasks.end()) {
      continue;
    }
    run_task(named, args);
    release_free_storage();  // the next ones may be large
  }
}

int bench(const Arguments& args) {
  kernels::set_threads(args.threads);
  kernels::use_implementation(implementations.at(args.kernel));
  if (args.check) {
    if (!check_claims(args.seconds)) return viz::cli::exit_internal;
  } else if (args.scale) {
    print_scale(args.seconds);
  } else if (!args.parts.empty()) {
    print_parts(args.parts, args.seconds);
  } else if (!args.roofline.empty()) {
    draw_roofline(args.roofline, args.seconds);
  } else {
    run_tasks(args);
  }
  return viz::cli::exit_done;
}

}  // namespace

}  // namespace glass::bench

int main(int argc, char** argv) {
  using namespace glass::bench;
  using glass::viz::cli::Command;
  Command program("bench",
                  "Times the work that this project exists for: medians, on a quiet machine.");
  program.example("--task am_mnist_b1 --threads 1", "one task, on one core");
  Arguments args;
  std::vector<std::string> names, kernels;
  for (const NamedTask& task : tasks()) names.push_back(task.name);
  for (const auto& [name, kernel] : implementations) kernels.push_back(name);
  program.option("--task WORD", args.tasks, "Tasks to time; without, all").one_of(names);
  program.option("--threads N", args.threads, "Threads; 0 uses every core").within(0, 1024);
  program.option("--kernel WORD", args.kernel, "How convolutions and products are computed")
      .one_of(kernels);
  program.option("--seconds X", args.seconds, "Time for each task").within(0, 3600);
  program.option("--json", args.json, "One JSON object a line");
  program.option("--scale", args.scale,
                 "Instead: speed of a convolution as batch, image and channels grow, in Markdown");
  program
      .option("--parts WORD", args.parts,
              "Instead: what each operation of a task takes, and what it must take, in Markdown")
      .one_of(names);
  program.option(
      "--check", args.check,
      "Instead: measure what docs/performance.md claims of it; exit code 1 if a claim fails");
  program.output("--roofline FILE.svg", args.roofline,
                 "Instead: draw the kernels under the machine's roofline, as SVG");
  program.does([&] { return bench(args); });
  return glass::viz::cli::run_program(program, argc, argv);
}
