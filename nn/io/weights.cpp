#include "nn/io/weights.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "nn/io/file_kind.hpp"
#include "nn/io/files.hpp"
#include "nn/io/json_weights.hpp"
#include "nn/io/safetensors.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

struct Format {
  const char* extension;
  ModelFile kind;
  std::uint64_t largest_file;
  std::uint64_t header_bytes;  ///< as much of the file as `header` wants to see
  StoredTensors (*header)(std::string_view first_bytes, std::uint64_t size,
                          const std::string& path);
  void (*values)(InputFile& file, const TakeValues& take);
  std::string (*serialise)(const StoredTensors& tensors, const std::string& path);
};

StoredTensors whole_json_header(std::string_view bytes, std::uint64_t, const std::string& path) {
  return json_weights_header(bytes, path);
}

void json_values(InputFile& file, const TakeValues& take) {
  for (const auto& [key, tensor] : parse_json_weights(file.first(file.size()), file.path())) {
    take(key, 0, tensor.values);
  }
}

constexpr Format formats[] = {
    {".safetensors", ModelFile::safetensors, std::uint64_t{1} << 30, safetensors_header_bytes,
     safetensors_header, read_safetensors, to_safetensors},
    {".json", ModelFile::json_weights, largest_json_weights, largest_json_weights,
     whole_json_header, json_values, to_json_weights}};

const Format* find_format(const std::string& path) {
  const std::string extension = std::filesystem::path(path).extension().string();
  for (const Format& format : formats) {
    if (extension == format.extension) return &format;
  }
  return nullptr;
}

[[noreturn]] void unknown_format(const std::string& path) {
  throw FileError(path + ": weight files end in .safetensors or .json");
}

std::vector<NamedTensor> all_tensors(const Module& module) {
  std::vector<NamedTensor> all = module.parameters();
  for (const NamedTensor& buffer : module.buffers()) all.push_back(buffer);
  return all;
}

bool same_dim(std::uint64_t stored, Index wanted) {
  return stored == static_cast<std::uint64_t>(wanted);
}

bool same_shape(const StoredTensor& stored, const Shape& shape) {
  return std::equal(stored.shape.begin(), stored.shape.end(), shape.begin(), shape.end(), same_dim);
}

/// Words for dimensions that are the right ones in another order, as other frameworks have them.
const char* order_hint(const StoredTensor& stored, const Shape& shape) {
  const bool permuted = stored.shape.size() == static_cast<std::size_t>(shape.rank()) &&
                        std::is_permutation(stored.shape.begin(), stored.shape.end(), shape.begin(),
                                            shape.end(), same_dim);
  if (!permuted) return "";
  return shape.rank() == 2 ? " (transposed? linear layers take [out,in])"
                           : " (transposed? convolutions take [out,in,h,w])";
}

/// One entry for each tensor that the file lacks, has in another shape, or has in vain.
std::vector<std::string> mismatches(const std::vector<NamedTensor>& wanted,
                                    const StoredTensors& stored, bool allow_extra) {
  std::vector<std::string> list;
  std::set<std::string> known;
  for (const auto& [name, tensor] : wanted) {
    const Shape& shape = tensor.shape();
    known.insert(name);
    const auto entry = stored.find(name);
    if (entry == stored.end()) {
      list.push_back(text('\'', printable(name), "' ", shape, " is missing"));
    } else if (!same_shape(entry->second, shape)) {
      list.push_back(text('\'', printable(name), "' is ", shape_text(entry->second.shape),
                          ", expected ", shape, order_hint(entry->second, shape)));
    }
  }
  for (const auto& [name, tensor] : stored) {
    if (allow_extra || known.count(name) > 0 || is_batch_counter(name)) continue;
    list.push_back(
        text('\'', printable(name), "' ", shape_text(tensor.shape), " is not in the model"));
  }
  return list;
}

void check_fits(const std::vector<NamedTensor>& wanted, const StoredTensors& stored,
                bool allow_extra, const std::string& path) {
  const std::vector<std::string> wrong = mismatches(wanted, stored, allow_extra);
  if (wrong.empty()) return;
  std::string message =
      text(path, ": ", wrong.size(), wrong.size() == 1 ? " tensor does" : " tensors do",
           " not fit the model: ");
  for (std::size_t i = 0; i < wrong.size(); ++i) message += (i ? "; " : "") + wrong[i];
  throw FileError(message);
}

/// `values` are those of `tensor`, which messages call `key`, from its element `first` on.
void check_finite(std::span<const float> values, std::uint64_t first, const StoredTensor& tensor,
                  const std::string& key, const std::string& path) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    throw FileError(text(path, ": '", printable(key), "': element ",
                         place_text(first + i, tensor.shape), " is ", values[i],
                         " (--allow-nonfinite accepts it)"));
  }
}

/// What was converted: "a.safetensors: 4 tensors were converted to single precision from F16".
void tell_conversions(const std::vector<NamedTensor>& wanted, const StoredTensors& stored,
                      const std::string& path, const LoadOptions& options) {
  std::map<std::string, int> counts;
  for (const NamedTensor& tensor : wanted) ++counts[stored.at(tensor.name).dtype];
  for (const auto& [dtype, count] : counts) {
    if (dtype == "F32" || !options.notice) continue;
    options.notice(text(path, ": ", count, count == 1 ? " tensor was" : " tensors were",
                        " converted to single precision from ", dtype));
  }
}

}  // namespace

void load_weights(Module& module, const std::string& path, const LoadOptions& options) {
  InputFile file(path);
  const Format* format = find_format(path);
  // What another file is, is worth more than what its name lacks.
  refuse_other_kinds(file.first(telling_bytes), path,
                     format ? format->kind : ModelFile::safetensors);
  if (!format) unknown_format(path);
  file.expect_at_most(format->largest_file);

  const std::vector<NamedTensor> wanted = all_tensors(module);
  const StoredTensors stored = format->header(file.first(format->header_bytes), file.size(), path);
  check_fits(wanted, stored, options.allow_extra, path);

  std::map<std::string, Storage> fresh;  // apart from the module, until the last value is checked
  for (const auto& [name, tensor] : wanted) fresh.emplace(name, Storage(tensor.size()));
  format->values(file,
                 [&](const std::string& key, std::uint64_t first, std::span<const float> values) {
                   const auto to = fresh.find(key);
                   if (to == fresh.end()) return;
                   if (!options.allow_nonfinite)
                     check_finite(values, first, stored.at(key), key, path);
                   std::ranges::copy(values, to->second.mutable_data() + first);
                 });
  tell_conversions(wanted, stored, path, options);
  for (const auto& [name, tensor] : wanted) tensor.storage().take_values(std::move(fresh[name]));
}

void save_weights(const Module& module, const std::string& path) {
  const Format* format = find_format(path);
  if (!format) unknown_format(path);
  StoredTensors stored;
  for (const auto& [name, tensor] : all_tensors(module)) {
    StoredTensor& entry = stored[name];
    entry.shape.assign(tensor.shape().begin(), tensor.shape().end());
    for (const real value : tensor.values()) entry.values.push_back(static_cast<float>(value));
  }
  const std::string bytes = format->serialise(stored, path);
  if (bytes.size() > format->largest_file) {
    throw FileError(text(path, ": would take ", bytes.size(), " bytes, at most ",
                         format->largest_file, " are read again"));
  }
  write_file(path, bytes);
}

}  // namespace glass::nn
