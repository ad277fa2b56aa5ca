#include "viz/pictures/data.hpp"

#include <algorithm>
#include <filesystem>
#include <numeric>
#include <optional>

#include "autograd/random.hpp"
#include "nn/data/gzip.hpp"
#include "nn/data/pick.hpp"
#include "nn/printable.hpp"

namespace glass::viz {

namespace {

using data::DataFolder, data::Dataset;

constexpr Index few_pictures = 20;  ///< of a class, so few that the user is told

void append(Dataset& data, const Dataset& from, std::span<const Index> places) {
  const Index size = from.image_shape.size();
  for (const Index place : places) {
    const auto pixels = from.pixels.begin() + place * size;
    data.pixels.insert(data.pixels.end(), pixels, pixels + size);
    data.labels.push_back(from.labels[static_cast<std::size_t>(place)]);
  }
}

void append(Dataset& data, const Dataset& from) {
  data.pixels.insert(data.pixels.end(), from.pixels.begin(), from.pixels.end());
  data.labels.insert(data.labels.end(), from.labels.begin(), from.labels.end());
}

/// Shares out the images of a class; the parts that have a folder of their own get none of them.
void split(const Dataset& images, const PictureFolder& found, DataFolder& data) {
  std::vector<Index> places(static_cast<std::size_t>(images.size()));
  std::iota(places.begin(), places.end(), 0);
  Rng(0).shuffle(places);
  std::span<const Index> rest = places;
  const std::size_t share = std::max<std::size_t>(1, places.size() / 10);
  const auto hold_out = [&](Dataset& part) {
    append(part, images, rest.first(share));
    rest = rest.subspan(share);
  };
  if (found.test.empty()) hold_out(data.test);
  if (found.validation.empty()) hold_out(data.validation);
  append(data.training, images, rest);
}

/// The pictures of the classes at these places among the folders.
DataFolder read_pictures(const std::string& folder, const PictureFolder& found, const Shape& shape,
                         const std::vector<Index>& labels, const Tell& tell) {
  if (shape[0] != 1 && shape[0] != 3) {
    throw FileError(text(folder, ": the network takes images of ", shape[0],
                         " channels, and pictures have 1 or 3"));
  }
  if (found.pictures() > static_cast<Index>(data::max_data_bytes) / shape.size()) {
    throw FileError(text(folder, ": expected at most ", data::max_data_bytes >> 20,
                         " MiB of pixels, found ", found.pictures(), " pictures of ", shape));
  }
  const Dataset none{shape, {}, {}};
  DataFolder data{none, none, none, labels, found.classes()};
  PictureReader reader(folder, shape, tell);
  std::string few;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    const std::string& name = data.names[static_cast<std::size_t>(labels[k])];
    const auto read = [&](const ClassFolders& part, const char* what, Index needed) {
      const auto pictures = part.find(name);
      Dataset images =
          pictures == part.end() ? none : reader.read(pictures->second, static_cast<Index>(k));
      if (images.size() >= needed) return images;
      throw FileError(text(folder, ": class ", nn::printable(name), " needs at least ", needed,
                           needed == 1 ? " picture" : " pictures", what, ", found ", images.size(),
                           images.size() == 1 ? " that" : ", that", " can be read"));
    };
    const Dataset images =
        read(found.training, "", 1 + found.validation.empty() + found.test.empty());
    if (images.size() < few_pictures) {
      few += text(few.empty() ? "" : ", ", nn::printable(name), ' ', images.size());
    }
    split(images, found, data);
    if (!found.validation.empty())
      append(data.validation, read(found.validation, " to validate", 1));
    if (!found.test.empty()) append(data.test, read(found.test, " to test", 1));
  }
  reader.tell_all(found);
  if (!few.empty()) tell(folder + ": few pictures to learn from: " + few);
  return data;
}

/// What the model's classes are among the folders.
std::vector<Index> labels_of(const std::string& folder, const nn::Model& model,
                             const std::vector<std::string>& names,
                             const std::vector<std::string>& picked) {
  if (!picked.empty()) {
    data::check_count(picked, model.class_count());
    const std::vector<Index> labels = data::find_labels(picked, names);
    data::check_names(model.classes, labels, names);
    return labels;
  }
  std::vector<Index> labels;
  for (const std::string& name : model.classes) {
    const auto place = std::ranges::find(names, name);
    if (place == names.end()) {
      throw FileError(text(folder, ": no folder for the network's class ", nn::printable(name),
                           ", found ", nn::printable(nn::comma_list(names))));
    }
    labels.push_back(place - names.begin());
  }
  const auto count = static_cast<Index>(names.size());
  if (count != model.class_count()) {
    throw FileError(text(folder, ": the network tells ", model.class_count(),
                         " classes apart, found ", count, ": ",
                         nn::printable(nn::comma_list(names)),
                         count > model.class_count() ? data::few_classes : ""));
  }
  labels.resize(names.size());
  if (model.classes.empty()) std::iota(labels.begin(), labels.end(), 0);
  return labels;
}

}  // namespace

std::optional<PictureFolder> pictures_in(const std::string& folder) {
  std::error_code unreadable;
  if (!std::filesystem::is_directory(folder, unreadable)) return {};
  if (!data::data_files(folder).empty()) return {};
  PictureFolder found = list_pictures(folder);
  if (found.pictures() == 0) return {};
  if (found.training.size() > data::any_classes) {
    throw FileError(text(folder, ": expected at most ", data::any_classes, " classes, found ",
                         found.training.size(), " folders"));
  }
  return found;
}

DataFolder read_data(const std::string& folder, const nn::Model& model,
                     const std::vector<std::string>& picked, const Tell& tell) {
  const auto found = pictures_in(folder);
  if (!found) return data::read_data_folder(folder, model, picked);
  const std::vector<Index> labels = labels_of(folder, model, found->classes(), picked);
  return read_pictures(folder, *found, model.input_shape, labels, tell);
}

Dataset read_test_images(const std::string& folder, const Shape& image_shape, const Tell& tell) {
  const auto found = pictures_in(folder);
  if (!found) return data::read_data_folder(folder, image_shape, data::any_classes).test;
  std::vector<Index> all(found->classes().size());
  std::iota(all.begin(), all.end(), 0);
  return read_pictures(folder, *found, image_shape, all, tell).test;
}

std::vector<std::string> data_files(const std::string& folder) {
  std::vector<std::string> paths = data::data_files(folder);
  if (const auto found = pictures_in(folder)) {
    for (const ClassFolders* part : {&found->training, &found->validation, &found->test})
      for (const auto& one : *part) paths.insert(paths.end(), one.second.begin(), one.second.end());
  }
  return paths;
}

}  // namespace glass::viz
