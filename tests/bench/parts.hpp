#pragma once

#include <string>

namespace glass::bench {

/// Prints a Markdown table: what each operation of one step of the task takes, and beside it the least
/// that its arithmetic or its memory traffic could take on this machine. Medians over `seconds`.
void print_parts(const std::string& task, double seconds);

}  // namespace glass::bench
