#pragma once

/// The library is compiled twice from the same sources: `glassgrad` computes in float, its twin
/// `glassgrad::double` in double. Finite differences in float are wrong in the third digit, so a
/// wrong gradient would hide in the noise; in double they agree to eight.
///
/// Whoever links the twin is compiled with `-DGLASS_DOUBLE -Dglass=glass_double`: the linker sees two
/// namespaces, so one program can hold both libraries.
namespace glass {

#if defined(GLASS_DOUBLE)
using real = double;  ///< the scalar of every tensor
#else
using real = float;  ///< the scalar of every tensor
#endif

}  // namespace glass
