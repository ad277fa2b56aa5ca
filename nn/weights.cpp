#include "nn/weights.hpp"

#include <algorithm>
#include <filesystem>

#include "nn/files.hpp"
#include "nn/json_weights.hpp"
#include "nn/printable.hpp"
#include "nn/safetensors.hpp"

namespace glass::inline GLASS_PRECISION::nn {

namespace {

struct Format {
  const char* extension;
  StoredTensors (*parse)(std::string_view bytes, const std::string& path);
  std::string (*serialise)(const StoredTensors& tensors, const std::string& path);
};

const Format& format_of(const std::string& path) {
  static constexpr Format known[] = {{".safetensors", parse_safetensors, to_safetensors},
                                     {".json", parse_json_weights, to_json_weights}};
  const std::string extension = std::filesystem::path(path).extension().string();
  for (const Format& format : known) {
    if (extension == format.extension) return format;
  }
  throw FileError(path + ": weight files end in .safetensors or .json");
}

std::vector<NamedTensor> all_tensors(const Module& module) {
  std::vector<NamedTensor> all = module.parameters();
  for (const NamedTensor& buffer : module.buffers()) all.push_back(buffer);
  return all;
}

bool same_shape(const StoredTensor& stored, const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  return std::equal(stored.shape.begin(), stored.shape.end(), shape.begin(), shape.end(),
                    [](std::uint64_t a, Index b) { return a == static_cast<std::uint64_t>(b); });
}

/// One entry for each tensor that the file lacks, has in another shape, or has in vain.
std::vector<std::string> mismatches(const std::vector<NamedTensor>& wanted,
                                    const StoredTensors& stored) {
  std::vector<std::string> list;
  for (const auto& [name, tensor] : wanted) {
    const auto entry = stored.find(name);
    if (entry == stored.end()) {
      list.push_back(text('\'', printable(name), "' ", tensor.shape(), " is missing"));
    } else if (!same_shape(entry->second, tensor)) {
      list.push_back(text('\'', printable(name), "' is ", shape_text(entry->second.shape),
                          ", expected ", tensor.shape()));
    }
  }
  for (const auto& entry : stored) {
    const bool known = std::any_of(wanted.begin(), wanted.end(), [&](const NamedTensor& tensor) {
      return tensor.name == entry.first;
    });
    if (known) continue;
    list.push_back(text('\'', printable(entry.first), "' ", shape_text(entry.second.shape),
                        " is not in the model"));
  }
  return list;
}

}  // namespace

void load_weights(Module& module, const std::string& path) {
  const Format& format = format_of(path);
  StoredTensors stored = format.parse(read_file(path), path);
  std::erase_if(stored, [](const auto& entry) { return is_batch_counter(entry.first); });

  const std::vector<NamedTensor> wanted = all_tensors(module);
  if (const std::vector<std::string> wrong = mismatches(wanted, stored); !wrong.empty()) {
    constexpr std::size_t most = 5;
    std::string message =
        text(path, ": ", wrong.size(), wrong.size() == 1 ? " tensor does" : " tensors do",
             " not fit the model: ");
    for (std::size_t i = 0; i < std::min(most, wrong.size()); ++i) {
      message += (i ? "; " : "") + wrong[i];
    }
    if (wrong.size() > most) message += text("; and ", wrong.size() - most, " more");
    throw FileError(message);
  }
  for (const auto& [name, tensor] : wanted) {
    const std::vector<float>& values = stored.at(name).values;
    std::copy(values.begin(), values.end(), tensor.data());
  }
}

void save_weights(const Module& module, const std::string& path) {
  const Format& format = format_of(path);
  StoredTensors stored;
  for (const auto& [name, tensor] : all_tensors(module)) {
    StoredTensor& entry = stored[name];
    entry.shape.assign(tensor.shape().begin(), tensor.shape().end());
    for (const real value : tensor.values()) entry.values.push_back(static_cast<float>(value));
  }
  write_file(path, format.serialise(stored, path));
}

}  // namespace glass::inline GLASS_PRECISION::nn
