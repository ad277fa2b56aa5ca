#include "viz/cli/program.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "nn/printable.hpp"

namespace glass::viz::cli {

namespace {

std::string program_name;
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

/// "-12", not "012" or "0x12".
bool is_whole(const std::string& word, bool may_be_negative) {
  const std::string digits = word.substr(may_be_negative && word.starts_with('-') ? 1 : 0);
  if (digits.empty() || digits.find_first_not_of("0123456789") != digits.npos) return false;
  errno = 0;
  may_be_negative ? static_cast<void>(std::strtoll(word.c_str(), nullptr, 10))
                  : static_cast<void>(std::strtoull(word.c_str(), nullptr, 10));
  return errno == 0 && (digits == "0" || digits[0] != '0');
}

/// "-1.5e3", and not too large for a double.
bool is_decimal(const std::string& word) {
  if (word.find_first_not_of("+-.0123456789eE") != word.npos) return false;
  char* end = nullptr;
  const double value = std::strtod(word.c_str(), &end);
  return end == word.c_str() + word.size() && !word.empty() && std::isfinite(value);
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

void check_numbers(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();  // CLI11's words
    const auto only = [&](const char* what, auto fits) {
      option->check(CLI::Validator(
          [=](const std::string& word) { return fits(word) ? "" : word + " is not " + what; }, ""));
    };
    if (type.starts_with("INT")) {
      only("a whole number", [](const std::string& word) { return is_whole(word, true); });
    } else if (type.starts_with("UINT")) {
      only("a whole number from 0 to 2^64 - 1",
           [](const std::string& word) { return is_whole(word, false); });
    } else if (type.starts_with("FLOAT")) {
      only("a number", is_decimal);
    }
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    check_numbers(*command);
  }
}

CLI::Validator positive(double high) {
  const std::string range = text("above 0, up to ", high);
  return CLI::Validator(
      [=](const std::string& word) {
        double value = 0;
        const bool number = CLI::detail::lexical_cast(word, value);
        return number && value > 0 && value <= high ? "" : word + " is not " + range;
      },
      range);
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
  if (argc > 0 && *argv[0]) {
    app.name(nn::printable(std::filesystem::path(argv[0]).filename().string()));
  }
  program_name = app.get_name();
  try {
    check_numbers(app);
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
  } catch (const std::filesystem::filesystem_error& error) {
    return fail(error.path1().string() + ": " + error.code().message(), exit_io);
  } catch (const std::bad_alloc&) {
    return fail("the system gives no more memory", exit_io);
  } catch (const std::exception& error) {
    return fail(std::string("internal error: ") + error.what(), exit_internal);
  }
}

void print_line(const std::string& line) { std::cout << one_line(line) << std::endl; }

void print_text(const std::string& lines) {
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', begin), lines.size());
    std::cout << one_line(lines.substr(begin, end - begin)) << '\n';
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
  if (!interrupted()) return exit_done;
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

void show_progress(const std::string& line) {
  static const bool terminal = isatty(STDERR_FILENO) != 0;
  if (terminal) std::cerr << "\r\x1b[K" << one_line(line) << std::flush;
}

void end_progress() { show_progress(""); }

}  // namespace glass::viz::cli
