#pragma once

/// What CMakeLists.txt says of the exercise that a program grades.
struct Exercise {
  const char* title;    ///< "Exercise 5: conv2d, gradient to the input"
  const char* yours;    ///< the file to write in, as a path within the project
  const char* chapter;  ///< what to read
};

extern const Exercise exercise;
