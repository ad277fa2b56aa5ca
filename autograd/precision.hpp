#pragma once

/// The library is compiled twice from the same sources: `glassgrad` computes in float, its twin
/// `glassgrad::double` in double. Finite differences in float are wrong in the third digit, so a
/// wrong gradient would hide in the noise; in double they agree to eight.
///
/// Everything lives in an inline namespace named after the precision. User code never writes it,
/// yet the linker sees two different names, so one program can hold both libraries.
#if defined(GLASS_DOUBLE)
#define GLASS_PRECISION f64
#else
#define GLASS_PRECISION f32
#endif

namespace glass::inline GLASS_PRECISION {
#if defined(GLASS_DOUBLE)
using real = double;  ///< the scalar of every tensor
#else
using real = float;  ///< the scalar of every tensor
#endif
}  // namespace glass::inline GLASS_PRECISION
