#pragma once

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

#include "run_program.hpp"

/// A terminal that nobody sits at.
class Terminal {
 public:
  explicit Terminal(unsigned short columns = 100, unsigned short rows = 30)
      : keyboard_(posix_openpt(O_RDWR | O_NOCTTY)) {
    if (keyboard_ < 0 || grantpt(keyboard_) != 0 || unlockpt(keyboard_) != 0) return;
    fcntl(keyboard_, F_SETFD, FD_CLOEXEC);
    screen_ = open(ptsname(keyboard_), O_RDWR | O_NOCTTY | O_CLOEXEC);
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(keyboard_, TIOCSWINSZ, &size);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (screen_ >= 0) close(screen_);
    if (keyboard_ >= 0) close(keyboard_);  // which ends a program that still runs there
  }

  /// Not every system gives terminals to those who ask.
  bool exists() const { return screen_ >= 0; }

  /// Starts a shell command line that has its standard error here.
  pid_t start(const std::string& command) {
    const pid_t program = fork();
    if (program == 0) {
      setsid();
      ioctl(screen_, TIOCSCTTY, 0);
      dup2(screen_, STDERR_FILENO);
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    close(screen_);
    screen_ = -1;
    return program;
  }

  /// Waits for something to be shown, and adds it to `shown`. False once nobody can show any more.
  bool wait(std::string& shown) {
    char bytes[4096];
    const ssize_t count = read(keyboard_, bytes, sizeof bytes);
    if (count > 0) shown.append(bytes, static_cast<std::size_t>(count));
    return count > 0;
  }

 private:
  int keyboard_, screen_ = -1;
};

/// For tests to skip.
inline bool has_terminals() { return Terminal().exists(); }

inline int count_of(const std::string& part, const std::string& text) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
  return count;
}

/// Runs a command line as a person does, in a terminal, where programs show how far they are. `err`
/// is all that it shows, and `out` its standard output.
///
/// With `sign`, Ctrl-C is pressed as soon as that is seen (`times` times): however slow the machine
/// is, the program was at work by then. One that never shows it runs to its end, or to the time limit
/// of the test.
inline Run run_in_terminal(const std::string& command, const std::string& sign = {}, int times = 1,
                           unsigned short columns = 100, unsigned short rows = 30) {
  const TemporaryFolder folder;
  Terminal terminal(columns, rows);
  Run run{};
  const pid_t program =
      terminal.start("exec " + command + " </dev/null >'" + (folder / "out") + "'");
  bool pressed = sign.empty();
  while (terminal.wait(run.err)) {
    if (pressed || count_of(sign, run.err) < times) continue;
    kill(program, SIGINT);
    pressed = true;
  }
  int status = 0;
  waitpid(program, &status, 0);
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  run.out = slurp(folder / "out");
  return run;
}

/// The lines that stay on a terminal: without those that were cleared to show the next progress.
inline std::string what_stays(const std::string& shown) {
  const std::string clear = "\r\x1b[K";
  std::string lines, line;
  for (std::size_t at = 0; at < shown.size(); ++at) {
    if (shown.compare(at, clear.size(), clear) == 0) {
      line.clear();
      at += clear.size() - 1;
    } else if (shown[at] == '\n') {
      lines += line + '\n';
      line.clear();
    } else if (shown[at] != '\r') {
      line += shown[at];
    }
  }
  return lines + line;
}

/// Runs a command line and presses Ctrl-C when it shows `sign` (`times` times); `err` is what stays.
inline Run interrupted_at(const std::string& sign, const std::string& command, int times = 1) {
  Run run = run_in_terminal(command, sign, times);
  run.err = what_stays(run.err);
  return run;
}
