#include "nn/data/data_folder.hpp"

#include <algorithm>
#include <filesystem>

#include "nn/data/cifar10.hpp"
#include "nn/data/idx.hpp"
#include "nn/data/pick.hpp"
#include "nn/printable.hpp"

namespace glass::data {

namespace {

const std::vector<std::string> idx_names{"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                         "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
const std::vector<std::string> cifar10_names{"data_batch_1.bin", "data_batch_2.bin",
                                             "data_batch_3.bin", "data_batch_4.bin",
                                             "data_batch_5.bin", "test_batch.bin"};

/// The paths of `name` and `name.gz`, as far as they are there.
std::vector<std::string> find(const std::filesystem::path& folder, const std::string& name) {
  std::vector<std::string> paths;
  std::error_code unreadable;
  for (const std::filesystem::path& path : {folder / name, folder / (name + ".gz")}) {
    if (std::filesystem::exists(path, unreadable)) paths.push_back(path.string());
  }
  return paths;
}

bool has_any(const std::string& folder, const std::vector<std::string>& names) {
  return std::ranges::any_of(names, [&](const auto& name) { return !find(folder, name).empty(); });
}

/// The paths of all these files.
std::vector<std::string> find_all(const std::string& folder,
                                  const std::vector<std::string>& names) {
  std::vector<std::string> paths, missing;
  for (const std::string& name : names) {
    const std::vector<std::string> found = find(folder, name);
    found.empty() ? missing.push_back(name) : paths.push_back(found.front());
  }
  if (missing.empty()) return paths;
  throw FileError(folder + ": the data set is not complete; missing, with or without .gz: " +
                  nn::comma_list(missing));
}

DataFolder read_idx_folder(const std::string& folder, const Shape& image_shape, Index classes) {
  const std::vector<std::string> paths = find_all(folder, idx_names);
  // The last file is looked at before the first is kept, which may be large.
  check_idx(paths[0], paths[1], image_shape, classes);
  check_idx(paths[2], paths[3], image_shape, classes);
  return {.training = read_idx(paths[0], paths[1], image_shape, classes),
          .validation = {},
          .test = read_idx(paths[2], paths[3], image_shape, classes),
          .picked = {},
          .names = {}};
}

DataFolder read_cifar10_folder(const std::string& folder, Index classes) {
  std::vector<std::string> training = find_all(folder, cifar10_names);
  for (const std::string& path : training) read_cifar10({path}, classes);  // as above
  const std::string test = training.back();
  training.pop_back();
  return {.training = read_cifar10(training, classes),
          .validation = {},
          .test = read_cifar10({test}, classes),
          .picked = {},
          .names = cifar10_classes};
}

/// What is in a folder without the files that we look for, if it is known.
std::string mistaken(const std::string& folder) {
  const auto has = [&](const char* name) { return !find(folder, name).empty(); };
  if (has("data_batch_1")) return "; this is the Python version of CIFAR-10, take the binary one";
  if (has("train.bin") && has("test.bin")) return "; this looks like CIFAR-100";
  if (has("cifar-10-binary.tar")) return "; unpack cifar-10-binary.tar.gz first";
  return {};
}

void check_shape(const std::string& folder, const Shape& found, const Shape& expected) {
  if (found == expected) return;
  throw FileError(
      text(folder, ": the network takes images of ", expected, ", found images of ", found));
}

/// What an IDX file calls its labels: 0 to the largest.
std::vector<std::string> numbers(const Dataset& data) {
  std::vector<std::string> names;
  for (Index k = 0; k <= *std::ranges::max_element(data.labels); ++k) {
    names.push_back(std::to_string(k));
  }
  return names;
}

/// Keeps of `data` only what is picked.
void pick(const std::string& folder, DataFolder& data, const std::vector<std::string>& picked) {
  data.picked = find_labels(picked, data.names);
  for (Dataset* part : {&data.training, &data.test}) {
    keep_labels(*part, data.picked);
    for (std::size_t k = 0; k < picked.size(); ++k) {
      if (std::ranges::count(part->labels, k) > 0) continue;
      throw FileError(text(folder, ": no ", part == &data.test ? "test" : "training",
                           " image of class ", nn::printable(picked[k])));
    }
  }
}

}  // namespace

std::string name_of(const std::string& folder) {
  return std::filesystem::canonical(folder).filename().string();
}

std::vector<std::string> data_files(const std::string& folder) {
  std::vector<std::string> paths;
  if (folder.empty()) return paths;
  for (const auto* names : {&idx_names, &cifar10_names})
    for (const std::string& name : *names)
      std::ranges::copy(find(folder, name), std::back_inserter(paths));
  return paths;
}

DataFolder read_data_folder(const std::string& folder, const Shape& image_shape, Index classes,
                            const std::vector<std::string>& picked) {
  if (!picked.empty()) {
    check_count(picked, classes);
    classes = any_classes;
  }
  std::error_code unreadable;
  if (std::filesystem::is_regular_file(folder, unreadable)) {
    throw FileError(folder +
                    ": a file, expected a folder with the files of a data set; unpack archives "
                    "(.tar.gz, .zip) first");
  }
  if (!std::filesystem::is_directory(folder, unreadable))
    throw IoError(folder + ": no such folder");
  const bool has_idx = has_any(folder, idx_names), has_cifar10 = has_any(folder, cifar10_names);
  if (!has_idx && !has_cifar10) {
    throw FileError(
        folder +
        ": no data set in it; expected train-images-idx3-ubyte[.gz] and its companions "
        "(MNIST), data_batch_1.bin[.gz] and its companions (CIFAR-10), or for train and viz a "
        "folder of PNG or JPEG pictures for each class" +
        mistaken(folder));
  }
  const bool cifar10 = has_cifar10 && (image_shape == cifar10_shape || !has_idx);
  if (cifar10) check_shape(folder, cifar10_shape, image_shape);
  DataFolder data = cifar10 ? read_cifar10_folder(folder, classes)
                            : read_idx_folder(folder, image_shape, classes);
  if (data.names.empty()) data.names = numbers(data.training);
  if (!picked.empty()) pick(folder, data, picked);
  const Index count = data.training.size();
  if (count < 2) throw FileError(folder + ": expected at least 2 training images, found 1");
  data.validation = split_last(data.training, std::clamp<Index>(count / 10, 1, 5000));
  return data;
}

DataFolder read_data_folder(const std::string& folder, const nn::Model& model,
                            const std::vector<std::string>& picked) {
  DataFolder data = read_data_folder(folder, model.input_shape, model.class_count(), picked);
  if (!picked.empty()) check_names(model.classes, data.picked, data.names);
  return data;
}

}  // namespace glass::data
