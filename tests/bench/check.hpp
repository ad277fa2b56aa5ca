#pragma once

namespace glass::bench {

/// Measures what docs/performance.md claims of this library alone, and prints a line for each claim.
/// True if all hold. `seconds` goes into each of the measurements, some hundred and fifty.
bool check_claims(double seconds);

}  // namespace glass::bench
