#include "viz/cli/program.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <string_view>

namespace glass::inline GLASS_PRECISION::viz::cli {

namespace {

std::string program_name;
volatile std::sig_atomic_t interrupt_flag = 0, cursor_hidden = 0;

/// A signal handler may call this.
void show_cursor() {
  if (!cursor_hidden) return;
  cursor_hidden = 0;
  constexpr std::string_view show = "\x1b[?25h";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, show.data(), show.size());
}

int fail(const std::string& message, ExitCode code) {
  end_progress();
  notice(message);
  return code;
}

}  // namespace

std::string help_footer(const std::string& notes) {
  return notes + (notes.empty() ? "" : "\n") +
         "Exit codes: 0 done, 2 usage, 3 bad input, 4 input/output or memory, 130 interrupted,\n"
         "1 our own bug.";
}

CLI::Validator within(double low, double high) {
  const std::string range = text(low, " to ", high);
  return CLI::Validator(
      [=](const std::string& word) {
        double value = 0;
        const bool number = CLI::detail::lexical_cast(word, value);
        return number && value >= low && value <= high ? "" : word + " is not in " + range;
      },
      range);
}

int run_program(CLI::App& app, int argc, char** argv, const std::function<int()>& command) {
  // A closed pipe and a file that may not grow are errors to report, not reasons to vanish.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  // An installed program may have another name than one in a build.
  if (argc > 0 && *argv[0]) app.name(std::filesystem::path(argv[0]).filename().string());
  program_name = app.get_name();
  try {
    int code = exit_done;
    try {
      app.parse(argc, argv);
      code = command();
    } catch (const CLI::Success& help) {
      app.exit(help);
    }
    if (!std::cout.flush()) return fail("standard output cannot be written", exit_io);
    return code;
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + " (see --help)", exit_usage);
  } catch (const UsageError& error) {
    return fail(error.what(), exit_usage);
  } catch (const IoError& error) {
    return fail(error.what(), exit_io);
  } catch (const FileError& error) {
    return fail(error.what(), exit_bad_input);
  } catch (const std::bad_alloc&) {
    return fail("the system gives no more memory", exit_io);
  } catch (const std::exception& error) {
    return fail(std::string("internal error: ") + error.what(), exit_internal);
  }
}

void notice(const std::string& line) { std::cerr << program_name << ": " << line << '\n'; }

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int) {
    interrupt_flag = 1;
    show_cursor();
  };
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
}

bool interrupted() { return interrupt_flag != 0; }

int finish(Index done, Index planned, const char* parts, const std::string& output) {
  if (!interrupted()) return exit_done;
  notice(text("interrupted after ", done, " of ", planned, " ", parts, "; ",
              done > 0 ? "what there was is in " + output : "nothing was written"));
  return exit_interrupted;
}

HiddenCursor::HiddenCursor() {
  cursor_hidden = 1;
  std::cerr << "\x1b[?25l";
}

HiddenCursor::~HiddenCursor() { show_cursor(); }

void show_progress(const std::string& line) {
  static const bool terminal = isatty(STDERR_FILENO) != 0;
  if (terminal) std::cerr << "\r\x1b[K" << line << std::flush;
}

void end_progress() { show_progress(""); }

}  // namespace glass::inline GLASS_PRECISION::viz::cli
