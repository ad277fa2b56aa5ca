#include "nn/io/json_weights.hpp"

#include <algorithm>
#include <cmath>

#include "nn/io/json_events.hpp"
#include "nn/io/json_text.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

/// Goes through the three levels of the text: the tensors, the fields of one, the list in a field.
class Reader final : public JsonEvents {
 public:
  Reader(const std::string& path, bool keep_values) : path_(path), keep_values_(keep_values) {}

  StoredTensors tensors;

  void begin(JsonKind kind) override {
    if (level_ == 3 || kind != (level_ == 2 ? JsonKind::list : JsonKind::object)) misfit();
    if (level_ == 1) {
      tensor_ = {};
      value_count_ = field_count_ = 0;
    }
    ++level_;
  }

  void key(const std::string& name) override {
    if (level_ == 1) {
      if (tensors.size() == most_tensors) {
        throw FileError(text(path_, ": more than ", most_tensors, " tensors"));
      }
      name_ = name;
    } else {
      if (name != "shape" && name != "data") fail("expected an object of shape and data");
      field_ = name;
      ++field_count_;
    }
  }

  void scalar(JsonScalar&& value) override {
    const bool number = value.kind == JsonKind::whole || value.kind == JsonKind::number;
    if (level_ != 3 || !number) misfit();
    if (field_ == "data") {
      add_value(value);
    } else {
      if (value.kind != JsonKind::whole) misfit();
      if (tensor_.shape.size() == highest_rank)
        fail(text("more than ", highest_rank, " dimensions"));
      tensor_.shape.push_back(value.whole);
    }
  }

  void end() override {
    if (--level_ == 1) finish_tensor();
  }

 private:
  void add_value(const JsonScalar& value) {
    if (!std::isfinite(value.single)) {
      fail(
          text("value ", value_count_, " is ", value.number, ", which is beyond single precision"));
    }
    if (keep_values_) tensor_.values.push_back(value.single);
    ++value_count_;
  }

  void finish_tensor() {
    if (field_count_ != 2) fail("expected an object of shape and data");
    if (element_count(tensor_.shape) != value_count_) {
      fail(text("shape ", shape_text(tensor_.shape), " does not fit ", value_count_, " values"));
    }
    tensors[name_] = std::move(tensor_);
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw FileError(path_ + ": '" + printable(name_) + "': " + message);
  }

  /// A value of another kind than this level has.
  [[noreturn]] void misfit() const {
    if (level_ == 0) throw FileError(path_ + ": expected an object of tensors");
    if (level_ == 1 && (name_ == "name" || name_ == "layers")) {
      throw FileError(path_ + ": expected weights in JSON, got a model description");
    }
    if (level_ == 1) fail("expected an object of shape and data");
    fail(field_ + " must be a flat list of " + (field_ == "data" ? "numbers" : "whole numbers"));
  }

  const std::string& path_;
  const bool keep_values_;
  int level_ = 0;  ///< brackets that are open
  std::string name_, field_;
  StoredTensor tensor_;
  std::uint64_t value_count_ = 0;
  int field_count_ = 0;
};

StoredTensors read(std::string_view bytes, const std::string& path, bool keep_values) {
  Reader reader(path, keep_values);
  // Only the text bounds how many numbers there are. Names are kept, twice.
  read_json(bytes, path, reader, {.values = bytes.size(), .word = longest_json_name});
  return std::move(reader.tensors);
}

}  // namespace

StoredTensors json_weights_header(std::string_view bytes, const std::string& path) {
  return read(bytes, path, false);
}

StoredTensors parse_json_weights(std::string_view bytes, const std::string& path) {
  return read(bytes, path, true);
}

std::string to_json_weights(const StoredTensors& tensors, const std::string& path) {
  std::string out = "{";
  for (const auto& [name, tensor] : tensors) {
    const auto& values = tensor.values;
    if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
      throw FileError(path + ": '" + printable(name) +
                      "' holds NaN or infinity, which JSON cannot express; use .safetensors");
    }
    out += (out.size() > 1 ? ",\n" : "\n") + json_text(name) +
           ": {\"shape\": " + shape_text(tensor.shape) + ", \"data\": " + json_text(values) + '}';
  }
  return out + "\n}\n";
}

}  // namespace glass::nn
