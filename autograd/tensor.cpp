#include "autograd/tensor.hpp"

#include <algorithm>
#include <atomic>

#include "autograd/node.hpp"
#include "autograd/threads.hpp"

namespace glass {

namespace {
std::atomic<std::size_t> live_bodies{0};
}

struct Tensor::Body {
  Body(const Shape& s, Storage v) : shape(s), values(std::move(v)) { ++live_bodies; }
  ~Body() { --live_bodies; }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  Shape shape;
  Storage values;
  Storage gradient;  // of leaves, and of intermediates that were asked to keep it
  bool requires_grad = false;
  std::vector<GradientHook> hooks;  // leaves only; those of intermediates are with the creator
  std::shared_ptr<Node> creator;    // intermediates only
};

std::size_t live_tensors() { return live_bodies; }

Tensor::Body& Tensor::body() const {
  if (!body_) throw GraphError("tensor: used before anything was assigned to it");
  return *body_;
}

Tensor Tensor::wrap(const Shape& shape, Storage values) {
  require(values.size() == shape.size(), "tensor: shape ", shape, " needs ", shape.size(),
          " values, got ", values.size());
  Tensor tensor;
  tensor.body_ = std::make_shared<Body>(shape, std::move(values));
  return tensor;
}

Tensor Tensor::empty(const Shape& shape) { return wrap(shape, Storage(shape.size())); }

Tensor Tensor::full(const Shape& shape, double value) {
  return wrap(shape, Storage::full(shape.size(), static_cast<real>(value)));
}

Tensor Tensor::from(const Shape& shape, const std::vector<double>& values) {
  require(static_cast<Index>(values.size()) == shape.size(), "tensor: shape ", shape, " needs ",
          shape.size(), " values, got ", values.size());
  Tensor tensor = empty(shape);
  std::transform(values.begin(), values.end(), tensor.mutable_data(),
                 [](double value) { return static_cast<real>(value); });
  return tensor;
}

const Shape& Tensor::shape() const { return body().shape; }
const Storage& Tensor::storage() const { return body().values; }

real Tensor::item() const {
  require(size() == 1, "item: expects one element, got shape ", shape());
  return data()[0];
}

Tensor Tensor::clone() const { return wrap(shape(), Storage::copy_of(storage())); }
Tensor Tensor::detach() const { return wrap(shape(), storage()); }

Tensor& Tensor::requires_grad(bool wanted) {
  if (!is_leaf()) {
    throw GraphError("requires_grad: only leaves are trainable or frozen; this tensor of shape " +
                     shape().str() + " is the output of " + creator()->name());
  }
  body().requires_grad = wanted;
  return *this;
}

bool Tensor::requires_grad() const { return body().requires_grad || creator(); }

bool Tensor::has_grad() const { return static_cast<bool>(body().gradient); }

Tensor Tensor::grad() const {
  if (!has_grad()) {
    throw GraphError("grad: this tensor of shape " + shape().str() +
                     " has no gradient; backward() gives one to trainable leaves, and to "
                     "intermediates after retain_grad()");
  }
  return wrap(shape(), body().gradient);
}

void Tensor::zero_grad() const { body().gradient = {}; }

void Tensor::on_gradient(GradientHook f) const {
  if (!requires_grad()) {
    throw GraphError("on_gradient: this tensor of shape " + shape().str() +
                     " never gets a gradient: it is frozen, or depends on nothing trainable");
  }
  (is_leaf() ? body().hooks : creator()->hooks).push_back(std::move(f));
}

void Tensor::retain_grad() const {
  if (is_leaf() && requires_grad()) return;
  // The hook must not hold this tensor, which holds its creator, which holds the hook.
  const auto keep = [weak = std::weak_ptr(body_)](const Tensor& gradient) {
    if (const auto tensor = weak.lock()) tensor->gradient = gradient.storage();
  };
  on_gradient(keep);
}

bool Tensor::has_hooks() const { return !body().hooks.empty(); }

void Tensor::call_hooks() const {
  for (const GradientHook& hook : body().hooks) hook(grad());
}

void Tensor::backward() const {
  require(size() == 1, "backward: starts from a scalar, got shape ", shape(),
          "; reduce it with sum() or mean(), or pass a cotangent");
  backward(full(shape(), 1));
}

const std::shared_ptr<Node>& Tensor::creator() const { return body().creator; }
void Tensor::set_creator(std::shared_ptr<Node> node) const { body().creator = std::move(node); }

void Tensor::accumulate_grad(Storage gradient) const {
  // An operation such as add hands one buffer to both its inputs: a leaf keeps a copy of its own.
  accumulate(body().gradient, gradient.unique() ? std::move(gradient) : Storage::copy_of(gradient));
}

void accumulate(Storage& into, Storage gradient) {
  if (!into) {
    into = std::move(gradient);
    return;
  }
  if (!into.unique()) into = Storage::copy_of(into);
  real* sum = into.mutable_data();
  const real* more = gradient.data();
  kernels::for_each_chunk(into.size(), kernels::elementwise, [=](Index begin, Index end) {
    for (Index i = begin; i < end; ++i) sum[i] += more[i];
  });
}

}  // namespace glass
