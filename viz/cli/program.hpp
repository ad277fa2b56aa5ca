#pragma once

#include <string>
#include <vector>

#include "autograd/error.hpp"
#include "autograd/shape.hpp"
#include "viz/cli/command.hpp"

namespace glass::viz::cli {

/// Exit codes of every program of this project.
enum ExitCode : int {
  exit_done = 0,
  exit_internal = 1,  ///< our own bug
  exit_usage = 2,
  exit_bad_input = 3,
  exit_io = 4,  ///< the system refused to read, to write, or to give memory
  exit_interrupted = 130,
};

/// What the user asked for cannot be done as asked: an unknown class, two options that contradict
/// each other. Exit code 2.
struct UsageError : Error {
  using Error::Error;
};

/// What a command throws that a signal ended and that keeps nothing of what it had begun. Exit code 130.
struct Interrupted {};

/// Calls `f`, whose complaints are about a word of the command line; those about files stay what they
/// are.
template <class F>
auto as_usage(F f) {
  try {
    return f();
  } catch (const FileError&) {
    throw;
  } catch (const IoError&) {
    throw;
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

/// Reads the command line and does what it asks for; the result is the exit code. Every exception
/// becomes one line on standard error and its code; a standard output that cannot be written (a full
/// disk, a closed pipe) counts as an input/output error, and so does what the standard library throws
/// of files.
int run_program(Command& program, int argc, char** argv);
/// What there is, on standard error: for a program that was not told what to do. -> exit_usage
int show_help(const Command& program);

// What is printed may hold names out of files and words of the command line. It goes through these,
// so that no terminal obeys it and one line stays one line (nn/printable.hpp).

/// From now on standard output is a file that somebody asked for, and what would be printed there goes
/// to standard error.
void keep_standard_output_clean();
/// One line on standard output.
void print_line(const std::string& line);
/// Text of several lines there; names in it must be printable already.
void print_text(const std::string& lines);
/// One line on standard error, after the name that the program was called by.
void notice(const std::string& line);

/// From now on the first Ctrl-C (SIGINT), SIGTERM or end of the terminal (SIGHUP) only raises the
/// flag, so that the running step can finish and its work be kept; a second Ctrl-C or SIGTERM ends
/// the program at once.
void catch_interrupts();
/// The same, for the rest of the program, where nothing is kept: the running step is always waited
/// for, so that the program can clean up, and `finish` is silent.
void catch_interrupts_to_clean_up();
bool interrupted();

/// The exit code of a command that a signal may have ended after `done` of `planned` of its
/// `parts`; if that is not all of them it says so on standard error. With none of them done it has written no `output`.
int finish(Index done, Index planned, const char* parts, const std::string& output);

/// The cursor of the terminal at standard error is hidden while this exists, or until Ctrl-C, the
/// second of which would leave nobody to show it.
class HiddenCursor {
 public:
  HiddenCursor();
  HiddenCursor(const HiddenCursor&) = delete;
  HiddenCursor& operator=(const HiddenCursor&) = delete;
  ~HiddenCursor();
};

/// In characters: of a terminal, or of a part of it.
struct TerminalSize {
  Index columns, rows;
};
/// Of the terminal at a file descriptor; or else what COLUMNS and LINES say, or 80 by 24.
TerminalSize terminal_size(int descriptor);

/// --threads, of every program that computes.
void add_threads(Command& command, int& threads);

}  // namespace glass::viz::cli
