#include "autograd/kernels/kernels.hpp"

#include "autograd/kernels/reference/reference.hpp"

namespace glass::inline GLASS_PRECISION::kernels {
namespace {
bool reference_only = false;
}
WeightGradientCalls& weight_gradient_calls() {
  static WeightGradientCalls calls;
  return calls;
}
void use_reference(bool reference) { reference_only = reference; }
bool using_reference() { return reference_only; }
void gemm(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index cs, bool acc) {
  reference::gemm(M, N, K, a, b, c, cs, acc);
}
void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g) {
  reference::conv2d(x, w, bias, y, g);
}
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g) {
  reference::conv2d_dx(dy, w, dx, g);
}
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g) {
  ++weight_gradient_calls().conv2d;
  reference::conv2d_dw(dy, x, dw, g);
}
void sum_per_channel(const real* dy, real* db, Index N, Index K, Index pixels) {
  reference::sum_per_channel(dy, db, N, K, pixels);
}
void max_pool2d(const real* x, real* y, int* a, const Window& g) {
  reference::max_pool2d(x, y, a, g);
}
void max_pool2d_dx(const real* dy, const int* a, real* dx, const Window& g) {
  reference::max_pool2d_dx(dy, a, dx, g);
}
void avg_pool2d(const real* x, real* y, const Window& g) { reference::avg_pool2d(x, y, g); }
void avg_pool2d_dx(const real* dy, real* dx, const Window& g) {
  reference::avg_pool2d_dx(dy, dx, g);
}
void softmax(const real* x, real* y, Index r, Index c) { reference::softmax(x, y, r, c); }
void log_softmax(const real* x, real* y, Index r, Index c) { reference::log_softmax(x, y, r, c); }
double total_variation(const real* x, Index p, Index H, Index W, double beta, double eps) {
  return reference::total_variation(x, p, H, W, beta, eps);
}
void total_variation_dx(const real* x, real* dx, Index p, Index H, Index W, double b, double e,
                        double s) {
  reference::total_variation_dx(x, dx, p, H, W, b, e, s);
}
}  // namespace glass::inline GLASS_PRECISION::kernels
