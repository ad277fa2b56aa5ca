#include "weights/cifar10.hpp"

#include <algorithm>

#include "nn/files.hpp"
#include "weights/gzip.hpp"

namespace glass::inline GLASS_PRECISION::training {

namespace {

constexpr std::size_t record_bytes = 1 + 3 * 32 * 32, cifar100_record_bytes = record_bytes + 1;
constexpr std::size_t max_records = 10'000;

}  // namespace

Dataset parse_cifar10(std::string_view file, const std::string& path, Index classes) {
  const std::string bytes = content(file, path, max_records * cifar100_record_bytes + 1);
  const std::size_t excess = bytes.size() % record_bytes;
  if (excess != 0 && bytes.size() % cifar100_record_bytes == 0) {
    throw FileError(text(path, ": expected CIFAR-10, records of ", record_bytes, " bytes, found ",
                         bytes.size(), " bytes, records of ", cifar100_record_bytes,
                         " bytes as in CIFAR-100"));
  }
  if (bytes.size() > max_records * record_bytes) {
    throw FileError(text(path, ": expected at most ", max_records, " records of ", record_bytes,
                         " bytes, found more"));
  }
  if (excess != 0 || bytes.empty()) {
    throw FileError(text(path, ": expected records of ", record_bytes, " bytes, found ",
                         bytes.size(), " bytes, ", excess, " more than whole records"));
  }
  const Index labels = std::min<Index>(classes, 10);
  Dataset data{cifar10_shape, {}, {}};
  data.pixels.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); i += record_bytes) {
    const auto label = static_cast<std::uint8_t>(bytes[i]);
    if (label >= labels) {
      throw FileError(text(path, ": expected labels from 0 to ", labels - 1, ", found ", int{label},
                           " in record ", i / record_bytes, few_classes));
    }
    data.labels.push_back(label);
    data.pixels.insert(data.pixels.end(), bytes.data() + i + 1, bytes.data() + i + record_bytes);
  }
  return data;
}

Dataset read_cifar10(const std::vector<std::string>& paths, Index classes) {
  Dataset all{cifar10_shape, {}, {}};
  for (const std::string& path : paths) {
    const Dataset data = parse_cifar10(nn::read_file(path, max_data_bytes), path, classes);
    all.labels.insert(all.labels.end(), data.labels.begin(), data.labels.end());
    all.pixels.insert(all.pixels.end(), data.pixels.begin(), data.pixels.end());
  }
  return all;
}

}  // namespace glass::inline GLASS_PRECISION::training
