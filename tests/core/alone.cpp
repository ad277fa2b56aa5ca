#include <vector>

#include "autograd/kernels/reference/reference.hpp"
#include "autograd/ops/broadcast.hpp"
#include "nn/sequential.hpp"

/// What the core needs of the rest of the library to stand alone: the same functions, as short as they
/// can be. One thread, no pool of buffers, naive kernels, no broadcasting but of one number.
namespace glass {

// storage.cpp -----------------------------------------------------------------------------------
struct Storage::Block {
  std::vector<real> elements;
  int handles = 1;
  std::uint64_t version = 0;
};

Storage::Storage(Index size) : Storage(full(size, 0)) {}
Storage Storage::full(Index size, real value) {
  Storage storage;
  storage.block_ = new Block{std::vector<real>(static_cast<std::size_t>(size), value)};
  return storage;
}
Storage Storage::copy_of(const Storage& other) {
  Storage storage;
  storage.block_ = new Block{other.block_->elements};
  return storage;
}
Storage::Storage(const Storage& other) noexcept : block_(other.block_) {
  if (block_) ++block_->handles;
}
Storage::~Storage() {
  if (block_ && --block_->handles == 0) delete block_;
}

const real* Storage::data() const { return block_ ? block_->elements.data() : nullptr; }
real* Storage::mutable_data() const {
  if (!block_) return nullptr;
  ++block_->version;
  return block_->elements.data();
}
Index Storage::size() const { return block_ ? static_cast<Index>(block_->elements.size()) : 0; }
std::uint64_t Storage::version() const { return block_ ? block_->version : 0; }
bool Storage::unique() const { return block_ && block_->handles == 1; }

// ops/broadcast.cpp -----------------------------------------------------------------------------
Shape broadcast(const char* operation, const Shape& a, const Shape& b) {
  require(a == b || a.size() == 1 || b.size() == 1, operation, ": shapes differ, ", a, " and ", b);
  return a.size() == 1 ? b : a;
}
Storage expand(const Storage& x, const Shape& from, const Shape& to) {
  return from == to ? x : Storage::full(to.size(), *x.data());
}
Storage sum_to_size(const Storage& x, const Shape& from, const Shape& to) {
  if (from == to) return x;
  real total = 0;
  for (const real value : x) total += value;
  return Storage::full(1, total);
}

namespace kernels {

// threads.cpp -----------------------------------------------------------------------------------
bool detail::worth_sharing(Index) { return false; }
void detail::run(Index tasks, const void* f, TaskFunction call) {
  for (Index task = 0; task < tasks; ++task) call(f, task, 0);
}

// kernels.cpp and kernels/ ----------------------------------------------------------------------
void gemm(Index M, Index N, Index K, Matrix a, Matrix b, real* c, Index c_stride, bool accumulate) {
  reference::gemm(M, N, K, a, b, c, c_stride, accumulate);
}
void conv2d(const real* x, const real* w, const real* bias, real* y, const Window& g) {
  reference::conv2d(x, w, bias, y, g);
}
void conv2d_dx(const real* dy, const real* w, real* dx, const Window& g) {
  reference::conv2d_dx(dy, w, dx, g);
}
void conv2d_dw(const real* dy, const real* x, real* dw, const Window& g) {
  reference::conv2d_dw(dy, x, dw, g);
}
void sum_per_channel(const real* dy, real* db, Index N, Index K, Index pixels) {
  reference::sum_per_channel(dy, db, N, K, pixels);
}
double total_variation(const real* x, Index planes, Index H, Index W, double beta, double eps) {
  return reference::total_variation(x, planes, H, W, beta, eps);
}
void total_variation_dx(const real* x, real* dx, Index planes, Index H, Index W, double beta,
                        double eps, double scale) {
  reference::total_variation_dx(x, dx, planes, H, W, beta, eps, scale);
}
WeightGradientCalls& weight_gradient_calls() {
  static WeightGradientCalls calls;
  return calls;
}

}  // namespace kernels

// layer_names.cpp -------------------------------------------------------------------------------
void nn::Sequential::check_new(const std::string&) const {}
std::string nn::Sequential::new_alias(const Module&) const { return std::to_string(size()); }
std::vector<Index> nn::Sequential::find_inputs(const std::vector<std::string>&) const {
  return {size() - 1};
}
std::string nn::Sequential::title(Index i) const { return "layer " + key(i); }

}  // namespace glass
