#include "nn/data/cifar10.hpp"

#include <algorithm>

#include "nn/data/gzip.hpp"

namespace glass::data {

namespace {

constexpr std::size_t record_bytes = 1 + 3 * 32 * 32, cifar100_record_bytes = record_bytes + 1;
constexpr std::uint64_t max_records = 10'000;

Dataset parse(nn::InputFile& file, Index classes) {
  const std::string& path = file.path();
  const Index labels = std::min<Index>(classes, 10);
  Dataset data{cifar10_shape, {}, {}};
  data.pixels.reserve(std::min(file.size(), max_records * record_bytes));
  std::uint64_t size = 0;
  std::string wrong;
  Content content(file);
  for (std::string_view record; size <= max_records * cifar100_record_bytes;
       size += record.size()) {
    record = content.next(record_bytes);
    if (record.empty()) break;
    if (record.size() < record_bytes || size >= max_records * record_bytes) continue;  // see below
    const auto label = static_cast<std::uint8_t>(record[0]);
    if (label >= labels && wrong.empty()) {
      wrong = text("found ", int{label}, " in record ", size / record_bytes);
    }
    data.labels.push_back(label);
    data.pixels.insert(data.pixels.end(), record.begin() + 1, record.end());
  }
  const std::uint64_t excess = size % record_bytes;
  if (excess != 0 && size % cifar100_record_bytes == 0) {
    throw FileError(text(path, ": expected CIFAR-10, records of ", record_bytes, " bytes, found ",
                         size, " bytes, records of ", cifar100_record_bytes,
                         " bytes as in CIFAR-100"));
  }
  if (size > max_records * record_bytes) {
    throw FileError(text(path, ": expected at most ", max_records, " records of ", record_bytes,
                         " bytes, found more"));
  }
  if (excess != 0 || size == 0) {
    throw FileError(text(path, ": expected records of ", record_bytes, " bytes, found ", size,
                         " bytes, ", excess, " more than whole records"));
  }
  if (!wrong.empty()) {
    throw FileError(
        text(path, ": expected labels from 0 to ", labels - 1, ", ", wrong, few_classes));
  }
  return data;
}

}  // namespace

Dataset parse_cifar10(std::string_view bytes, const std::string& path, Index classes) {
  nn::InputFile file(bytes, path);
  return parse(file, classes);
}

Dataset read_cifar10(const std::vector<std::string>& paths, Index classes) {
  Dataset all{cifar10_shape, {}, {}};
  for (const std::string& path : paths) {
    nn::InputFile file(path);
    const Dataset data = parse(file, classes);
    all.labels.insert(all.labels.end(), data.labels.begin(), data.labels.end());
    all.pixels.insert(all.pixels.end(), data.pixels.begin(), data.pixels.end());
  }
  return all;
}

}  // namespace glass::data
