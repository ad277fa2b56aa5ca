#pragma once

#include <string>

namespace glass::bench {

/// Prints, as a table in Markdown, how long each operation of one step of a task takes, forward and
/// backward, in microseconds, and beside it the least that it could: its formula's multiplications and
/// additions at the machine's peak, or its operands and results at the speed at which the second-level
/// cache is read, whichever is longer. Medians of as many steps as `seconds` have.
void print_parts(const std::string& task, double seconds);

}  // namespace glass::bench
