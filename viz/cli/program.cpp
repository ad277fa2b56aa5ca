#include "viz/cli/program.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "nn/printable.hpp"

namespace glass::viz::cli {

namespace {

std::string program_name;
bool output_is_a_file = false;  ///< see keep_standard_output_clean
volatile std::sig_atomic_t interrupt_flag = 0, cleans_up = 0, cursor_hidden = 0;

/// A signal handler may call this.
void show_cursor() {
  if (!cursor_hidden) return;
  cursor_hidden = 0;
  constexpr std::string_view show = "\x1b[?25h";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, show.data(), show.size());
}

/// Of the first signal and those that follow.
void handle_signal(int signal) {
  const bool patient = cleans_up || signal == SIGHUP;  // a terminal that ends may say so twice
  if (interrupt_flag && !patient) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);  // arrives when this returns
  }
  interrupt_flag = 1;
  show_cursor();
}

/// The whole of it, however long.
std::string one_line(const std::string& words) { return nn::printable(words, nn::whole_text); }

/// As `Command::parse`, whose complaints a person may want explained.
std::optional<std::string> read_words(Command& program, const std::vector<std::string>& words) {
  try {
    return program.parse(words);
  } catch (const UsageError& error) {
    throw UsageError(std::string(error.what()) + " (see --help)");
  }
}

int fail(const std::string& message, ExitCode code) {
  notice(message);
  return code;
}

}  // namespace

int run_program(Command& program, int argc, char** argv) {
  // A closed pipe and a file that may not grow are errors to report, not reasons to vanish.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  // An installed program may have another name than one in a build.
  if (argc > 0 && *argv[0]) {
    program.rename(nn::printable(std::filesystem::path(argv[0]).filename().string()));
  }
  program_name = program.name();
  try {
    int code = exit_done;
    if (const auto answer = read_words(program, {argv + std::min(argc, 1), argv + argc})) {
      print_text(*answer);
    } else {
      code = program.run();
    }
    if (!std::cout.flush()) return fail("standard output cannot be written", exit_io);
    return code;
  } catch (const Interrupted&) {
    return fail("interrupted; nothing was written", exit_interrupted);
  } catch (const UsageError& error) {
    return fail(error.what(), exit_usage);
  } catch (const IoError& error) {
    return fail(error.what(), exit_io);
  } catch (const FileError& error) {
    return fail(error.what(), exit_bad_input);
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(error.path1().string() + ": " + error.code().message(), exit_io);
  } catch (const std::bad_alloc&) {
    return fail("the system gives no more memory", exit_io);
  } catch (const std::exception& error) {
    return fail(std::string("internal error: ") + error.what(), exit_internal);
  }
}

int show_help(const Command& program) {
  std::cerr << program.help(static_cast<int>(terminal_size(STDOUT_FILENO).columns));
  return exit_usage;
}

void keep_standard_output_clean() { output_is_a_file = true; }

void print_line(const std::string& line) {
  (output_is_a_file ? std::cerr : std::cout) << one_line(line) << std::endl;
}

void print_text(const std::string& lines) {
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    print_line(lines.substr(begin, end - begin));
    begin = end + 1;
  }
}

void notice(const std::string& line) {
  std::cerr << program_name << ": " << one_line(line) << '\n';
}

void catch_interrupts() {
  struct sigaction action {
  }, before{};
  action.sa_handler = handle_signal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, nullptr, &before);
  if (before.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, nullptr);  // else: called by nohup
}

void catch_interrupts_to_clean_up() {
  cleans_up = 1;
  catch_interrupts();
}

bool interrupted() { return interrupt_flag != 0; }

int finish(Index done, Index planned, const char* parts, const std::string& output) {
  if (!interrupted() || done == planned) return exit_done;
  if (cleans_up) return exit_interrupted;
  notice(text("interrupted after ", done, " of ", planned, " ", parts, "; ",
              done > 0 ? "what there was is in " + output : output + " was not written"));
  return exit_interrupted;
}

HiddenCursor::HiddenCursor() {
  cursor_hidden = 1;
  std::cerr << "\x1b[?25l";
}

HiddenCursor::~HiddenCursor() { show_cursor(); }

TerminalSize terminal_size(int descriptor) {
  winsize told{};
  ioctl(descriptor, TIOCGWINSZ, &told);
  const auto known = [](const char* variable, int terminal, int usual) {
    const char* const words = std::getenv(variable);
    const int asked = words ? std::atoi(words) : 0;
    return terminal > 0 ? terminal : asked > 0 ? asked : usual;
  };
  return {known("COLUMNS", told.ws_col, 80), known("LINES", told.ws_row, 24)};
}

void add_threads(Command& command, int& threads) {
  command.option("--threads N", threads, "Threads; 0 uses every core").within(0, 1024);
}

}  // namespace glass::viz::cli
