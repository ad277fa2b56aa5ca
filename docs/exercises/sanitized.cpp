#include <execinfo.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include <sstream>
#include <string_view>

#include "docs/exercises/exercise.hpp"

/// The student's file is compiled with sanitizers, which end a program that reads or writes where there is
/// nothing, or that overflows. This makes one line of what they would say in fifty.
namespace {

/// "conv2d.cpp, line 41: ", of the code at `pc`; nothing if that is not the student's.
std::string place(void* pc) {
  char file[1024] = "", line[16] = "";
  __sanitizer_symbolize_pc(pc, "%s", file, sizeof(file));
  __sanitizer_symbolize_pc(pc, "%l", line, sizeof(line));
  const std::string path = file, name = path.substr(path.rfind('/') + 1);
  const bool is_theirs =
      !name.empty() && std::string_view(exercise.yours).find(name) != std::string_view::npos;
  return is_theirs ? name + ", line " + line + ": " : "";
}

/// The innermost place in the student's code that led here.
std::string place_before() {
  void* calls[64];
  const int depth = backtrace(calls, 64);
  for (int i = 0; i < depth; ++i) {
    // What is on the stack is where a call returns to, behind the call.
    if (const std::string found = place(static_cast<char*>(calls[i]) - 1); !found.empty())
      return found;
  }
  return "";
}

}  // namespace

// The sanitizers call what has these names.
extern "C" {

const char* __asan_default_options() { return "detect_leaks=0:handle_abort=1:handle_sigill=1"; }

void __asan_on_error() {
  std::ostringstream words;
  const std::string_view found = __asan_get_report_description();
  words << place_before();
  if (__asan_get_report_access_size() > 0) {
    words << (__asan_get_report_access_type() ? "writes" : "reads")
          << " outside of the tensor, or of what is alive, ";
  } else if (found == "stack-overflow") {
    words << "a recursion that goes too deep, ";
  }
  words << "AddressSanitizer: " << found;
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
