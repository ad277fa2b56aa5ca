#include "viz/cli/commands.hpp"

#include <nlohmann/json.hpp>

#include "viz/cli/viz.hpp"

namespace glass::viz::cli {

void add_commands(Command& program) {
  program.group("Paint, with frozen weights");
  add_maximise(program);
  add_gallery(program);
  add_process(program);
  add_regulariser(program);
  add_sweep(program);
  add_features(program);
  add_dream(program);
  program.group("Look into a network");
  add_invert(program);
  add_attribute(program);
  add_saliency(program);
  add_attack(program);
  add_tape(program);
  add_classify(program);
  add_info(program);
  program.group("Do not believe a picture");
  add_judge(program);
  add_replay(program);
  add_figures(program);
}

int viz(int argc, char** argv) {
  Command program("viz", "Look through a neural network with the engine that trained it.");
  program.example("maximise weights/mnist-robust.json --class 3 -o three.png",
                  "what a three is to a network");
  program.example("tape weights/mnist-robust.json -o tape.html",
                  "what backward() did, to step through in a browser");
  add_commands(program);
  program.does([&] { return show_help(program); });
  return run_program(program, argc, argv);
}

void add_load_options(Command& command, nn::LoadOptions& options) {
  command.option("--allow-nonfinite", options.allow_nonfinite,
                 "Accept weights that are NaN or infinite");
  command.option("--allow-extra", options.allow_extra,
                 "Read past tensors that the model does not have");
  command.option("--size H[xW]", options.size,
                 "Height and width of the pictures, if they are to be others than MODEL says");
  options.notice = notice;
}

void add_model(Command& command, std::string& path, nn::LoadOptions& options) {
  command.group("What it reads");
  command.option("MODEL", path, "Model description, JSON").required();
  add_load_options(command, options);
}

void end_when_interrupted(nn::Model& model) {
  catch_interrupts();
  model.layers.layer(0).on_forward([](const Tensor&) {
    if (interrupted()) throw Interrupted();
  });
}

void add_json(Command& command, bool& json) {
  command.option("--json", json, "Report as one JSON object on standard output");
}

void print_json(const nlohmann::ordered_json& json) {
  print_line(json.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace glass::viz::cli
