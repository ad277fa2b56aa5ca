#pragma once

#include <optional>

#include "nn/data/data_folder.hpp"
#include "viz/pictures/picture_reader.hpp"

/// Data sets in every form that the programs take: files as they are distributed (nn/data), or a folder
/// of pictures for each class (class_folders.hpp).
namespace glass::viz {

/// The pictures of a folder; nothing if it has none, or a data set as it is distributed. Throws as
/// `list_pictures` does, and FileError if there are more than `data::any_classes` classes.
std::optional<PictureFolder> pictures_in(const std::string& folder);

/// What the model learns: `data::read_data_folder`, or a folder of pictures. The classes of that are
/// called as its folders, and must be those of the model: the same names in any order, or the same number
/// if the model has none. With `picked`, as there. `DataFolder::picked` are then always told: places
/// among the folders.
///
/// Where there is no folder to test with, a tenth of the pictures of each class is held out, at least
/// one; where there is none to validate with, another tenth. Which ones is drawn for each class from
/// a fixed seed, and depends on its pictures that can be read and the order of their names alone: every
/// program on every machine holds out the same.
///
/// Throws as `data::read_data_folder` and `pictures_in` do; FileError also if the classes differ from the
/// model's, if one has too few pictures for each part to get one, and, before anything is decoded, if
/// there are more than `data::max_data_bytes` of pixels.
data::DataFolder read_data(const std::string& folder, const nn::Model& model,
                           const std::vector<std::string>& picked, const Tell& tell);

/// The test images of all classes, for an input of shape [C,H,W]. Throws as `read_data` does.
data::Dataset read_test_images(const std::string& folder, const Shape& image_shape,
                               const Tell& tell);

/// The files of data sets that are in a folder; none without a folder.
std::vector<std::string> data_files(const std::string& folder);

}  // namespace glass::viz
