#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include <sstream>

#include "docs/exercises/exercise.hpp"

/// The student's file is compiled with sanitizers, which end a program that reads or writes where there is
/// nothing, or that overflows. This makes one line of what they would say in fifty.
namespace {

/// "conv2d.cpp, line 41", of the code at `pc`.
std::string place(void* pc) {
  char file[1024] = "", line[16] = "";
  __sanitizer_symbolize_pc(pc, "%s", file, sizeof(file));
  __sanitizer_symbolize_pc(pc, "%l", line, sizeof(line));
  const std::string path = file;
  return path.substr(path.rfind('/') + 1) + ", line " + line;
}

}  // namespace

// The sanitizers call what has these names.
extern "C" {

const char* __asan_default_options() { return "detect_leaks=0"; }

void __asan_on_error() {
  std::ostringstream words;
  if (__asan_get_report_access_size() > 0) {
    words << place(__asan_get_report_pc())
          << (__asan_get_report_access_type() ? ": writes" : ": reads")
          << " outside of the tensor, or of what is alive, ";
  }
  words << "AddressSanitizer: " << __asan_get_report_description();
  end_case(words.str());
}

void __ubsan_get_current_report_data(const char** kind, const char** message, const char** file,
                                     unsigned* line, unsigned* column, char** address);
void __ubsan_on_report() {
  const char *kind = "", *message = "", *file = "";
  unsigned line = 0, column = 0;
  char* address = nullptr;
  __ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
  std::ostringstream words;
  const std::string path = file;
  words << path.substr(path.rfind('/') + 1) << ", line " << line << ": " << message
        << ", UndefinedBehaviorSanitizer";
  end_case(words.str());
}
}
