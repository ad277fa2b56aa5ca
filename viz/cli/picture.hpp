#pragma once

#include <string>

#include "nn/model.hpp"
#include "viz/cli/command.hpp"

/// Pictures that people give to a network: one way to read them, shared by the commands.
namespace glass::viz::cli {

struct PictureOptions {
  bool resize = false, fit = false;
  bool any_size = false;  ///< take a picture of another size as it is
  std::string seen = {};  ///< a picture to write, of what the network gets to see

  /// Whether one of them is given.
  bool any() const { return resize || fit || !seen.empty(); }
};

/// For --help, after the name of an option that takes a picture.
inline constexpr const char* picture_kinds = "PNG, JPEG, or an array (C,H,W) in [0,1], .npy";

/// --resize, --fit and --seen.
void add_picture_options(Command& command, PictureOptions& options);

/// A picture, or an array of one, as the model takes it, and as `options` say. -> [1,C,H,W] in [0, 1].
/// A picture that is dark on light, for a model of light on dark, gets a line on standard error.
/// Throws FileError if it is of another size or number of channels, before it is decoded, or if there
/// is nothing in it to fit.
Tensor read_picture(const std::string& path, const nn::Model& model, const PictureOptions& options);
/// Throws FileError, naming the file, unless all numbers of an array are from 0 to 1.
void expect_pixels(const Tensor& array, const std::string& path);
/// Throws UsageError if what an option was given in place of one of its `words` is neither a file nor
/// looks like the path of one.
void expect_path(const std::string& option, const std::string& path,
                 const std::vector<std::string>& words);
/// Writes what --seen asks for, once the command knows that it may.
void write_seen(const PictureOptions& options, const Tensor& picture);

}  // namespace glass::viz::cli
