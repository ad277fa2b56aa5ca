#include "weights/cifar10.hpp"

#include <algorithm>

#include "weights/gzip.hpp"

namespace glass::inline GLASS_PRECISION::training {

Dataset read_cifar10(const std::vector<std::string>& paths, Index classes) {
  const auto record = static_cast<std::size_t>(1 + cifar10_shape.size());
  const int labels = static_cast<int>(std::min<Index>(classes, 10));
  Dataset data;
  data.image_shape = cifar10_shape;
  for (const std::string& path : paths) {
    const std::string bytes = read_data_file(path);
    if (bytes.size() % record != 0) {
      throw FileError(text(path, ": expected records of ", record, " bytes, found ", bytes.size(),
                           " bytes, ", bytes.size() % record, " more than whole records"));
    }
    for (std::size_t i = 0; i < bytes.size(); i += record) {
      const auto label = static_cast<std::uint8_t>(bytes[i]);
      if (label >= labels) {
        throw FileError(text(path, ": expected labels from 0 to ", labels - 1, ", found ",
                             int{label}, " in record ", i / record));
      }
      data.labels.push_back(label);
      data.pixels.insert(data.pixels.end(), bytes.data() + i + 1, bytes.data() + i + record);
    }
  }
  return data;
}

}  // namespace glass::inline GLASS_PRECISION::training
