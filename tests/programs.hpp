#pragma once

#include <doctest/doctest.h>

#include "run_program.hpp"

/// Our programs, and what the tests run them on.
inline const std::string viz_program = GLASS_VIZ_PROGRAM, train_program = GLASS_TRAIN_PROGRAM;
inline const std::string weights_folder = GLASS_SOURCE_DIR "/weights/",
                         tiny_json = weights_folder + "tiny.json",
                         mnist_json = weights_folder + "mnist-cnn.json",
                         cifar_json = weights_folder + "cifar10-cnn.json";
inline const std::string samples_folder = GLASS_SOURCE_DIR "/docs/samples/",
                         digit_png = samples_folder + "digit.png",
                         boat_png = samples_folder + "boat.png";

inline Run run_viz(const std::string& words) { return run_program(viz_program + ' ' + words); }
inline Run run_train(const std::string& words) { return run_program(train_program + ' ' + words); }

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

/// A command failed with this code, and said why in one line, which contains `part`, and nothing else.
inline void check_refused(const Run& run, int code, const std::string& part) {
  CAPTURE(run.err);
  CHECK(run.code == code);
  CHECK(run.out.empty());
  CHECK(one_line(run.err));
  CHECK_MESSAGE(contains(run.err, part), "expected: ", part);
}
