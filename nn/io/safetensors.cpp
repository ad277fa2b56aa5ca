#include "nn/io/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <tuple>

#include "nn/io/dtype.hpp"
#include "nn/io/json_text.hpp"
#include "nn/io/json_value.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian");
using Size = std::uint64_t;

constexpr Size length_bytes = 8, largest_header = safetensors_header_bytes - length_bytes;

struct Entry {
  std::string name, where;  ///< `where` is what messages call it: the file and the tensor
  const DType* dtype;
  std::vector<Size> shape;
  Size begin, end;  ///< relative to the end of the header
};

std::string_view header_of(std::string_view first_bytes, Size file_size, const std::string& path) {
  expect(file_size >= length_bytes, path, "too short for safetensors: ", file_size, " bytes");
  Size length = 0;
  std::memcpy(&length, first_bytes.data(), length_bytes);
  expect(length > 0, path, "the safetensors header is empty");
  expect(length <= largest_header, path, "not safetensors: its header would be ", length,
         " bytes long, at most ", largest_header, " are allowed");
  expect(length <= file_size - length_bytes, path, "the header of ", length,
         " bytes passes the end of the file of ", file_size);
  return first_bytes.substr(length_bytes, length);
}

Entry read_entry(const std::string& name, const JsonValue& json) {
  json.only_keys({"dtype", "shape", "data_offsets"});
  std::string dtype_name;
  json["dtype"].read(dtype_name);
  const DType* dtype = find_dtype(dtype_name);
  expect(dtype && (dtype->to_double || is_batch_counter(name)), json.where, "dtype '",
         printable(dtype_name), "' is not supported (F32, F16, BF16, F64)");
  std::vector<Size> shape, offsets;
  json["shape"].read(shape);
  expect(shape.size() <= highest_rank, json.where, "has ", shape.size(), " dimensions, at most ",
         highest_rank, " are allowed");
  json["data_offsets"].read(offsets);
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    json["data_offsets"].expected("[begin, end] with begin <= end");
  }
  return {name, json.where, dtype, std::move(shape), offsets[0], offsets[1]};
}

void check_metadata(const JsonValue& metadata) {
  metadata.expect_object();
  for (const JsonNode& value : metadata.json.items) {
    if (value.kind != JsonKind::string) metadata.expected("an object of strings");
  }
}

/// The tensors must fill the buffer exactly: no overlap, no hole, nothing left over.
void check_layout(const std::vector<Entry>& entries, Size buffer, const std::string& path) {
  Size position = 0;
  for (const Entry& entry : entries) {
    const std::string& where = entry.where;
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

/// In the order of their bytes; checked.
std::vector<Entry> read_entries(std::string_view header, Size file_size, const std::string& path) {
  const JsonNode json = parse_json(header, path);
  if (json.kind != JsonKind::object) {
    JsonValue{json, path}.expected("an object, the safetensors header");
  }
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < json.items.size(); ++i) {
    const std::string& name = json.keys[i];
    const JsonValue entry{json.items[i], path + ": '" + printable(name) + "'"};
    if (name == "__metadata__") {
      check_metadata(entry);
    } else {
      entries.push_back(read_entry(name, entry));
    }
  }
  expect(entries.size() <= most_tensors, path, entries.size(), " tensors, at most ", most_tensors,
         " are allowed");
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  check_layout(entries, file_size - length_bytes - header.size(), path);
  return entries;
}

/// The element that begins at the byte `at` of the buffer, out of a part that begins at `begin`.
float read_value(const Entry& entry, std::string_view part, Size at, Size begin) {
  const double value = entry.dtype->to_double(part.data() + (at - begin));
  const auto single = static_cast<float>(value);
  if (std::isfinite(single) || !std::isfinite(value)) return single;
  throw FileError(text(entry.where, ": element ",
                       place_text((at - entry.begin) / entry.dtype->bytes, entry.shape), " is ",
                       value, ", which is beyond single precision"));
}

}  // namespace

StoredTensors safetensors_header(std::string_view first_bytes, std::uint64_t file_size,
                                 const std::string& path) {
  StoredTensors tensors;
  const std::string_view header = header_of(first_bytes, file_size, path);
  for (const Entry& entry : read_entries(header, file_size, path)) {
    if (entry.dtype->to_double) tensors[entry.name] = {entry.shape, {}, entry.dtype->name};
  }
  return tensors;
}

void read_safetensors(InputFile& file, const TakeValues& take) {
  constexpr Size together = 1 << 16;  // bytes: a multiple of every dtype's size
  const std::string_view header =
      header_of(file.first(safetensors_header_bytes), file.size(), file.path());
  const Size buffer = length_bytes + header.size();
  std::vector<float> values;
  for (const Entry& entry : read_entries(header, file.size(), file.path())) {
    if (!entry.dtype->to_double) continue;
    const Size each = entry.dtype->bytes;
    for (Size begin = entry.begin; begin < entry.end; begin += together) {
      const Size end = std::min(begin + together, entry.end);
      const std::string_view part = file.part(buffer + begin, end - begin);
      values.clear();
      for (Size at = begin; at < end; at += each) {
        values.push_back(read_value(entry, part, at, begin));
      }
      take(entry.name, (begin - entry.begin) / each, values);
    }
  }
}

StoredTensors parse_safetensors(std::string_view bytes, const std::string& path) {
  StoredTensors tensors = safetensors_header(bytes, bytes.size(), path);
  InputFile file(bytes, path);
  read_safetensors(file, [&](const std::string& key, Size, std::span<const float> values) {
    std::vector<float>& all = tensors.at(key).values;
    all.insert(all.end(), values.begin(), values.end());
  });
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

}  // namespace glass::nn
