#pragma once

#include <map>
#include <string>
#include <vector>

#include "autograd/shape.hpp"

/// A data set as most people have one: a folder of pictures for each class.
namespace glass::viz {

/// No stranger's folder may hold more files than this, whatever they are.
inline constexpr Index most_files = 200'000;

/// The paths of the pictures of each class, by its name; both in the order of their bytes.
using ClassFolders = std::map<std::string, std::vector<std::string>>;

/// What a folder holds, of which nothing was opened yet.
struct PictureFolder {
  ClassFolders training, validation, test;  ///< the last two: empty without folders of their own
  Index hidden = 0, links = 0, folders = 0, others = 0;  ///< what was left aside

  Index pictures() const;                    ///< how many there are in all parts
  std::vector<std::string> classes() const;  ///< their names, as they are trained on
};

/// Lists the pictures, which are called .png, .jpg or .jpeg, in
///
///     FOLDER/CLASS/PICTURE       or       FOLDER/train/CLASS/PICTURE
///                                         FOLDER/validation/CLASS/PICTURE, if there is that
///                                         FOLDER/test/CLASS/PICTURE, if there is that
///
/// ("training", "val", "valid" and "testing" are understood too, and capitals). Left aside, and counted,
/// are names that begin with a full stop, links, folders deeper down, and all other files. Without any
/// picture the lists are empty. Throws FileError if there are more than `most_files` files, or if a class
/// to test or to validate is none to train.
PictureFolder list_pictures(const std::string& folder);

}  // namespace glass::viz
