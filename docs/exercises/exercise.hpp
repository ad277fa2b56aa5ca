#pragma once

#include <string>

/// What CMakeLists.txt says of the exercise that a program grades.
struct Exercise {
  const char* title;    ///< "Exercise 5: conv2d, gradient to the input"
  const char* yours;    ///< what to write in: paths within the project
  const char* chapter;  ///< what to read
};

extern const Exercise exercise;

/// Ends the program, whose running case fails by this mistake.
[[noreturn]] void end_case(const std::string& mistake);
