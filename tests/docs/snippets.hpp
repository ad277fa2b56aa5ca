#pragma once

/// A block of C++ in the documentation, compiled.
struct Snippet {
  const char* page;      ///< as a path within the project
  int line;              ///< where its code begins
  int (*run)();          ///< its exit code
  const char* expected;  ///< what it should print; null if the page does not say
};

extern const Snippet snippets[];
extern const int snippet_count;
