#pragma once

#include <string>
#include <vector>

#include "nn/data/dataset.hpp"

/// A few classes of a data set, for networks that tell no more apart.
namespace glass::data {

/// Throws Error unless so many classes are picked by `words` as a network tells apart.
void check_count(const std::vector<std::string>& words, Index classes);

/// The labels that `words` mean, in the same order: each is one of the data set's `names`, of which
/// there is one for each label, or a label's number. Throws Error, naming the word, for one that is
/// neither, and for two that mean the same label.
std::vector<Index> find_labels(const std::vector<std::string>& words,
                               const std::vector<std::string>& names);

/// Keeps only the images of these labels, in their order; labels[k] becomes k.
void keep_labels(Dataset& data, const std::vector<Index>& labels);

/// Throws Error if a network that calls its classes `classes` would learn another label of the
/// data set under the name of one: "8" for what is called "3". Names that no label has may mean
/// anything.
void check_names(const std::vector<std::string>& classes, const std::vector<Index>& labels,
                 const std::vector<std::string>& names);

}  // namespace glass::data
