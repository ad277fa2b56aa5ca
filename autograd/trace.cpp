#include "autograd/trace.hpp"

#include <algorithm>

#include "autograd/statistics.hpp"

namespace glass {

namespace {

std::size_t bytes_of(const Storage& values) {
  return static_cast<std::size_t>(values.size()) * sizeof(real);
}

}  // namespace

Trace::Trace() : lap_start_(std::chrono::steady_clock::now()), before_(current) { current = this; }

void Trace::stop() {
  if (current == this) current = before_;
}

std::size_t Trace::Entry::kept_bytes() const {
  std::size_t sum = 0;
  for (const Kept& values : kept) sum += values.bytes;
  return sum;
}

double Trace::lap() {
  const auto now = std::chrono::steady_clock::now();
  return std::chrono::duration<double>(now - std::exchange(lap_start_, now)).count();
}

void Trace::name(const Tensor& leaf, const std::string& name, Role role) {
  labels_[leaf.id()] = {name, role};
  if (const auto place = places_.find(leaf.id()); place != places_.end()) {
    entries_[place->second].name = name;
    entries_[place->second].role = role;
  }
}

std::size_t Trace::add_leaf(const Tensor& leaf) {
  Entry entry;
  entry.op = "leaf";
  entry.layer = layer_;
  entry.trainable = leaf.requires_grad();
  const auto label = labels_.find(leaf.id());
  if (label != labels_.end()) {
    entry.name = label->second.name;
    entry.role = label->second.role;
  } else {
    entry.role = entry.trainable ? Role::image : Role::data;
    entry.name = word(entry.role);
  }
  // An optimiser will change a trainable leaf in place.
  entry.value = entry.trainable ? leaf.clone() : leaf.detach();
  entries_.push_back(std::move(entry));
  tensors_.push_back(leaf);
  return places_[leaf.id()] = entries_.size() - 1;
}

void Trace::operation(const Node& node, const Tensor& output, std::span<const Tensor> inputs,
                      SourceLine source) {
  Entry entry;
  entry.op = node.name();
  entry.layer = layer_;
  entry.forward_seconds = lap();
  entry.source = source;
  entry.value = output.detach();
  std::size_t argument = 0;
  for (const Tensor& input : inputs) {
    const std::size_t position = argument++;
    if (!input) continue;
    const auto place = places_.find(input.id());
    entry.inputs.push_back({place == places_.end() ? add_leaf(input) : place->second, position});
  }
  if (!output.requires_grad()) {
    const bool could =
        std::ranges::any_of(inputs, [](const Tensor& x) { return x && x.requires_grad(); });
    entry.reason = could ? "computed under NoGrad" : "nothing trainable before it";
  }
  if (output.requires_grad()) nodes_[&node] = entries_.size();
  places_[output.id()] = entries_.size();
  entries_.push_back(std::move(entry));
  tensors_.push_back(output);
  lap();
}

void Trace::before_backward(const Node& node) {
  const auto place = nodes_.find(&node);
  if (place == nodes_.end()) return;
  for (const Saved* saved = node.saved; saved; saved = saved->next()) {
    if (*saved) entries_[place->second].kept.push_back({saved->name(), bytes_of(*saved)});
  }
  lap();
}

void Trace::after_backward(const Node& node, const Storage& dy, std::span<const Storage> grads) {
  const auto place = nodes_.find(&node);
  if (place == nodes_.end()) return;
  Entry& entry = entries_[place->second];
  entry.backward_seconds = lap();
  entry.gradient = Gradient::computed;
  entry.grad = Tensor::wrap(node.shape, dy);
  for (Input& input : entry.inputs) {
    if (!node.need[input.argument]) continue;
    input.sent = true;
    input.grad_l2 =
        statistics(Tensor::wrap(node.inputs[input.argument].shape, grads[input.argument])).l2;
  }
}

void Trace::finish(const Node& root) {
  const auto loss = nodes_.find(&root);
  std::vector<bool> matters(entries_.size(), false);  // the loss depends on it
  if (loss != nodes_.end()) matters[loss->second] = true;
  for (std::size_t i = entries_.size(); i-- > 0;) {
    Entry& entry = entries_[i];
    if (!matters[i]) {
      if (entry.gradient == Gradient::none) entry.reason = "the loss does not depend on it";
      continue;
    }
    for (const Input& input : entry.inputs) matters[input.entry] = true;
    if (entry.gradient == Gradient::computed) continue;
    if (entry.is_leaf() && entry.trainable) {
      entry.gradient = Gradient::computed;
      entry.grad = tensors_[i].grad();
      continue;
    }
    entry.gradient = Gradient::skipped;
    if (entry.is_leaf()) {
      entry.reason = entry.role == Role::weight ? "weight frozen"
                     : entry.role == Role::data ? "data, not trainable"
                                                : "image frozen";
    }
  }
}

const char* word(Trace::Role role) {
  switch (role) {
    case Trace::Role::weight:
      return "weight";
    case Trace::Role::image:
      return "image";
    case Trace::Role::data:
      return "data";
    case Trace::Role::intermediate:
      break;
  }
  return "intermediate";
}

const char* word(Trace::Gradient gradient) {
  switch (gradient) {
    case Trace::Gradient::none:
      return "none";
    case Trace::Gradient::skipped:
      return "skipped";
    case Trace::Gradient::computed:
      break;
  }
  return "computed";
}

}  // namespace glass
