#pragma once

#include "nn/data/data_folder.hpp"
#include "viz/cli/judgement.hpp"

/// The data set that a network was trained on, to compare its pictures with.
namespace glass::viz::cli {

/// Of the data set in `folder`, the classes `picked`, or all. Throws UsageError if these are not the
/// model's, FileError unless each of its classes has an image to train on and one to test on.
data::DataFolder read_real_images(const std::string& folder, const nn::Model& model,
                                  const std::vector<std::string>& picked);

/// The mean of the images of each class. -> [classes.size(),C,H,W]
Tensor class_means(const data::Dataset& images, const std::vector<Index>& classes);
/// One image of each class. -> [classes.size(),C,H,W]
Tensor first_of_each(const data::Dataset& images, const std::vector<Index>& classes);

/// How unlike each other the judge finds the group's pictures of each class that has several, beside the first
/// 100 images of that class; nothing of a class that has a single image.
std::vector<Spread> spreads_of(const nn::Model& judge, const Group& group,
                               const data::Dataset& images);

/// Adds to the verdicts how their pictures stand among the images of `data`, out of `folder`. Throws
/// FileError if every test image is of one colour.
void compare(std::vector<Group>& groups, const data::DataFolder& data, const std::string& folder);

}  // namespace glass::viz::cli
