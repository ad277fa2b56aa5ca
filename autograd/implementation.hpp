#pragma once

/// Which of the kernels run: the naive ones, or faster ones.
namespace glass::kernels {

/// The ways to compute, from naive to fast. `im2col` makes convolutions copy all patches and call
/// gemm, `implicit_gemm` cuts them in cache, `fast` adds Winograd's algorithm (Lavin and Gray, 2016)
/// where it wins.
enum class Implementation { reference, im2col, implicit_gemm, fast };

/// Chooses for the whole program, to test one against the other and to measure what each gains.
void use_implementation(Implementation implementation);
Implementation implementation();  ///< the one in force

/// The naive one or the fastest.
inline void use_reference(bool reference) {
  use_implementation(reference ? Implementation::reference : Implementation::fast);
}
inline bool using_reference() { return implementation() == Implementation::reference; }  ///< now

}  // namespace glass::kernels
