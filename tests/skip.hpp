#pragma once

#include <string>

/// What a test returns with where it cannot test:
///
///     if (browser.empty()) return skip("no browser");
///
/// It does not count as passed. ctest reports it as skipped, and a run of the whole program names it
/// at its end.
void skip(const std::string& reason);
