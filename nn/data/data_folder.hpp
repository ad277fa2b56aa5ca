#pragma once

#include <string>

#include "nn/data/dataset.hpp"
#include "nn/model.hpp"

namespace glass::data {

/// A data set in the three parts that honest training needs.
struct DataFolder {
  Dataset training;  ///< gradients come from these images
  Dataset
      validation;  ///< choose between epochs: the last tenth of the training files, at most 5000
  Dataset test;    ///< choose nothing
  std::vector<Index> picked;  ///< the label k of these images is picked[k] in the files; empty: k
  std::vector<std::string>
      names;  ///< of the labels in the files, from 0 on; their numbers if need be
};

/// As the number of classes: whatever labels the files have.
inline constexpr Index any_classes = 256;

/// Reads the data set in `folder` that fits a network for images of shape [C,H,W] with so many
/// classes. Files are found by the names under which they are distributed, with or without `.gz`:
///
///     MNIST, Fashion-MNIST   train-images-idx3-ubyte  train-labels-idx1-ubyte
///                            t10k-images-idx3-ubyte   t10k-labels-idx1-ubyte
///     CIFAR-10               data_batch_1.bin ... data_batch_5.bin  test_batch.bin
///
/// With `picked`, names or numbers of `classes` labels, of these only: the first becomes label 0, and
/// so on.
///
/// Throws IoError if there is no such folder, FileError if nothing in it fits (naming both sizes),
/// files are missing (naming all) or one is damaged, there are fewer than two training images, or
/// none of a picked class; Error if what is picked is not so many different classes of the data set.
DataFolder read_data_folder(const std::string& folder, const Shape& image_shape, Index classes,
                            const std::vector<std::string>& picked = {});
/// The same for what a network learns. Throws Error also if it calls one of the picked classes as
/// another one is called (see `check_names`).
DataFolder read_data_folder(const std::string& folder, const nn::Model& model,
                            const std::vector<std::string>& picked);

/// What a data set is called, wherever it lies: the last part of the folder's path behind all links.
std::string name_of(const std::string& folder);

/// The files of data sets that are in a folder, by their names; none without a folder.
std::vector<std::string> data_files(const std::string& folder);

}  // namespace glass::data
