#pragma once

/// What CMakeLists.txt says of the exercise that a program grades.
struct Exercise {
  const char* title;    ///< "Exercise 5: conv2d, gradient to the input"
  const char* yours;    ///< what to write in: paths within the project
  const char* chapter;  ///< what to read
};

extern const Exercise exercise;
