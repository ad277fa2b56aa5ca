#include "nn/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

#include "nn/dtype.hpp"
#include "nn/json.hpp"
#include "nn/json_text.hpp"

namespace glass::inline GLASS_PRECISION::nn {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");
using Json = nlohmann::json;
using Size = std::uint64_t;

constexpr Size length_bytes = 8, largest_header = 100'000'000;

struct Entry {
  std::string name;
  const DType* dtype;
  std::vector<Size> shape;
  Size begin, end;  ///< relative to the end of the header
};

/// `where` is the file, or the file and the tensor.
template <class... Parts>
void expect(bool ok, const std::string& where, const Parts&... parts) {
  if (!ok) throw FileError(text(where, ": ", parts...));
}

std::string_view header_of(std::string_view bytes, const std::string& path) {
  expect(bytes.size() >= length_bytes, path, "too short for safetensors: ", bytes.size(), " bytes");
  Size length = 0;
  std::memcpy(&length, bytes.data(), length_bytes);
  expect(length <= largest_header, path, "not safetensors: its header would be ", length,
         " bytes long, at most ", largest_header, " are allowed");
  expect(length <= bytes.size() - length_bytes, path, "the header of ", length,
         " bytes passes the end of the file of ", bytes.size());
  return bytes.substr(length_bytes, length);
}

std::vector<Size> sizes(const Json& list, const std::string& where, const char* field) {
  const bool ok = list.is_array() && std::all_of(list.begin(), list.end(), [](const Json& size) {
                    return size.is_number_unsigned();
                  });
  expect(ok, where, field, " must be a list of whole numbers");
  return list.get<std::vector<Size>>();
}

Entry read_entry(const std::string& name, const Json& json, const std::string& where) {
  expect(json.is_object() && json.size() == 3 && json.contains("dtype") && json.contains("shape") &&
             json.contains("data_offsets"),
         where, "expected an object of dtype, shape and data_offsets");
  expect(json["dtype"].is_string(), where, "dtype must be a string");
  const auto dtype_name = json["dtype"].get<std::string>();
  const DType* dtype = find_dtype(dtype_name);
  expect(dtype && (dtype->to_float || is_batch_counter(name)), where, "dtype '",
         printable(dtype_name), "' is not supported (F32, F16, BF16, F64)");
  std::vector<Size> shape = sizes(json["shape"], where, "shape");
  const std::vector<Size> offsets = sizes(json["data_offsets"], where, "data_offsets");
  expect(offsets.size() == 2 && offsets[0] <= offsets[1], where,
         "data_offsets must be [begin, end] with begin <= end");
  return {name, dtype, std::move(shape), offsets[0], offsets[1]};
}

/// In the order of their bytes.
std::vector<Entry> read_header(std::string_view header, const std::string& path) {
  const Json json = parse_json<Json>(header, path);
  expect(json.is_object(), path, "the safetensors header must be an object");
  std::vector<Entry> entries;
  for (const auto& [name, entry] : json.items()) {
    const std::string where = path + ": '" + printable(name) + "'";
    if (name == "__metadata__") {
      const bool ok = entry.is_object() && std::all_of(entry.begin(), entry.end(),
                                                       [](const Json& v) { return v.is_string(); });
      expect(ok, where, "expected an object of strings");
    } else {
      entries.push_back(read_entry(name, entry, where));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  return entries;
}

/// The tensors must fill the buffer exactly: no overlap, no hole, nothing left over.
void check_layout(const std::vector<Entry>& entries, Size buffer, const std::string& path) {
  Size position = 0;
  for (const Entry& entry : entries) {
    const std::string where = path + ": '" + printable(entry.name) + "'";
    const auto count = element_count(entry.shape);
    expect(count.has_value(), where, "shape ", shape_text(entry.shape), " is too large");
    expect(entry.end <= buffer, where, "ends at byte ", entry.end, " of a buffer of ", buffer);
    const Size bytes = entry.end - entry.begin, each = entry.dtype->bytes;
    expect(bytes % each == 0 && bytes / each == *count, where, entry.dtype->name, " of shape ",
           shape_text(entry.shape), " does not take the ", bytes, " bytes of its data_offsets");
    expect(entry.begin == position, where, "begins at byte ", entry.begin, ", expected ", position,
           ": tensors must follow each other without hole or overlap");
    position = entry.end;
  }
  expect(position == buffer, path, buffer - position, " bytes follow the last tensor");
}

}  // namespace

StoredTensors parse_safetensors(std::string_view bytes, const std::string& path) {
  const std::string_view header = header_of(bytes, path);
  const std::string_view buffer = bytes.substr(length_bytes + header.size());
  const std::vector<Entry> entries = read_header(header, path);
  check_layout(entries, buffer.size(), path);

  StoredTensors tensors;
  for (const Entry& entry : entries) {
    if (!entry.dtype->to_float) continue;
    StoredTensor& tensor = tensors[entry.name];
    tensor.shape = entry.shape;
    tensor.values.reserve((entry.end - entry.begin) / entry.dtype->bytes);
    for (Size at = entry.begin; at < entry.end; at += entry.dtype->bytes) {
      tensor.values.push_back(entry.dtype->to_float(buffer.data() + at));
    }
  }
  return tensors;
}

std::string to_safetensors(const StoredTensors& tensors, const std::string& /*path*/) {
  std::string header, buffer;
  for (const auto& [name, tensor] : tensors) {
    const Size begin = buffer.size();
    buffer.append(reinterpret_cast<const char*>(tensor.values.data()),
                  tensor.values.size() * sizeof(float));
    header += (header.empty() ? "" : ",") + json_text(name) +
              text(":{\"data_offsets\":[", begin, ',', buffer.size(),
                   "],\"dtype\":\"F32\",\"shape\":", shape_text(tensor.shape), '}');
  }
  header = '{' + header + '}';
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const Size length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), length_bytes) + header + buffer;
}

}  // namespace glass::inline GLASS_PRECISION::nn
