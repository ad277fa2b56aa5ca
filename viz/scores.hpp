#pragma once

#include <vector>

#include "nn/model.hpp"

/// Does a picture that one network was made to like mean anything to anybody else? Networks are to
/// be in evaluation mode; images are [N,C,H,W] in [0, 1].
namespace glass::viz {

/// The logits of any number of images, off the tape. -> [N,classes]. Throws FileError, naming the
/// first layer, if some are NaN or infinite.
Tensor logits_of(const nn::Model& model, const Tensor& images);

/// The share of four shifts, by two pixels up, down, left and right, after which the network still
/// names the class of each picture. The usual pixel comes in at the edge.
std::vector<double> shift_stability(const nn::Model& model, const Tensor& images,
                                    const std::vector<Index>& classes);

/// How far the logit of each picture's class is ahead of every other one's, or how far behind the largest
/// (then it is negative): the mean over the picture and eight others, moved by two pixels up or down, left
/// or right, or both. The usual pixel comes in at the edge.
std::vector<double> mean_lead(const nn::Model& model, const Tensor& images,
                              const std::vector<Index>& classes);

/// Each picture's mean |dx| + mean |dy|, over all pairs of neighbouring pixels in a row and in a
/// column, of all channels.
std::vector<double> mean_variation(const Tensor& images);

/// The share of each picture's energy, less the mean of each channel, at spatial frequencies above
/// a quarter of a cycle per pixel; 0 for a picture without any.
std::vector<double> high_frequency_share(const Tensor& images);

/// The layer that the logits' layer reads: what it makes of a picture is all that the classes are told by.
/// Negative if that is the picture.
Index last_hidden_layer(const nn::Model& model);

/// How unlike each other N > 1 pictures are to the network, wherever in the frame they stand: the mean over
/// all ordered pairs of
///
///     min over s of |h(s a) - h(b)|
///
/// h(x) is the output of `last_hidden_layer`, and s moves by up to `shift` pixels up or down, left or
/// right. The usual pixel comes in at the edge.
double mean_distance(const nn::Model& model, const Tensor& images, Index shift = 3);

/// What a file of bytes keeps of pictures: each pixel is one of 256.
Tensor rounded_to_8_bits(const Tensor& images);

/// How one picture fares.
struct Score {
  Index label;                ///< the class that it was made for
  double own_probability;     ///< of that class, by the network that it was made with
  double judge_probability;   ///< of that class, by another one, the judge
  Index judge_class;          ///< what the judge names
  double stable_under_shift;  ///< see `shift_stability`, of the judge
  bool same_after_8_bits;     ///< the judge names that class once the pixels are bytes
  double total_variation;     ///< see `mean_variation`
  double high_frequency;      ///< see `high_frequency_share`
};

/// The score of each picture, made by `model` for `classes`.
std::vector<Score> score(const nn::Model& model, const nn::Model& judge, const Tensor& images,
                         const std::vector<Index>& classes);

}  // namespace glass::viz
