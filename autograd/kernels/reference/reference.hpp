#pragma once

#include "autograd/kernels.hpp"

/// The oracle: naive loops, one per formula, with the signatures of kernels.hpp.
namespace glass::kernels::reference {

void gemm(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index c_stride, bool accumulate);

void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g);
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g);
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g);
void sum_per_channel(const real* dy, real* db, Index N, Index K, Index pixels);

void softmax(const real* x, real* y, Index rows, Index columns);
void log_softmax(const real* x, real* y, Index rows, Index columns);

double total_variation(const real* x, Index planes, Index H, Index W, double beta, double eps);
void total_variation_dx(const real* x, real* dx, Index planes, Index H, Index W, double beta,
                        double eps, double scale);

}  // namespace glass::kernels::reference
