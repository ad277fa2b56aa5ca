#pragma once

#include "nn/data/dataset.hpp"
#include "nn/model.hpp"

namespace glass::training {

/// A network to begin with, for the data set in `folder`: a small one of the kind of cifar10-cnn, that
/// tells the classes `picked` of it apart, or all. Its parameters have no values yet.
///
/// Blocks of two convolutions, with batch normalisation, and average pooling, which paints better than
/// max pooling, follow each other until fewer than 8 pixels a side are left; two linear layers end it.
///
/// The input is as large as the pictures, if all are of one size from 8 to 64 pixels a side; or else
/// a square of their median shorter side, but from 28 to 64 pixels. It is grey if they are. (The first
/// pictures of each class are looked at.) Throws as `viz::list_pictures` does, and FileError if the folder
/// has no data set or fewer than two classes.
nn::Model starting_model(const std::string& name, const std::string& folder,
                         const std::vector<std::string>& picked);

/// Sets mean and standard deviation of the model's input to those of the data, of each channel.
void measure_input(nn::Model& model, const data::Dataset& data);

}  // namespace glass::training
