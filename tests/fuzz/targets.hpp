#pragma once

#include <string>
#include <vector>

/// What reads bytes that may come from anywhere. Each target reads any bytes; whatever they are, it
/// returns: nothing but a refusal (FileError; of an expression: Error) may come out of the reader,
/// and what was read must survive being written and read again.
namespace fuzz {

struct Target {
  const char* name;  ///< also of its folder in corpus/
  void (*run)(const std::string& bytes);
};

const std::vector<Target>& targets();

}  // namespace fuzz
