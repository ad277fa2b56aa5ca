#pragma once

#include <string>
#include <vector>

#include "viz/objective_term.hpp"

namespace glass::viz {

/// What is maximised: a weighted sum of terms, one value for each picture. With z the logits, p the
/// probabilities (`nn::Model` says what they are) and h the output of a layer,
///
///     logit:CLASS            z_c: never saturates, and has no upper bound
///     logprob:CLASS          log p_c: the training loss, with the image as its variable
///     softmax:CLASS          p_c: its gradient vanishes where it is near 0 or 1
///     neuron:LAYER:C,Y,X     one element of h (of a layer without places: neuron:LAYER:K)
///     channel:LAYER:C        the mean of one channel of h
///     layer:LAYER            the mean of h^2: more of whatever is there (DeepDream; Mordvintsev
///                            et al. 2015)
///     direction:LAYER:FILE   the mean over places of <h, v>/|v|, v read from a .npy file
///     diversity:LAYER        less the mean of cos, the cosine between h of this picture and of
///                            another of its class or channel, or, where each has one picture, of
///                            any other (Olah et al. 2017)
///     variety:LAYER          less the mean of max(0, cos - 0.85) / 0.15: 0 where they differ enough.
///                            `maximise` lets go of it in the second half of a run
///
/// CLASS is as `find_class` takes it. CLASS and C may be "all": one picture for each, in one batch. A
/// network of one output z has the logits (-z, z), so that logit:0 paints what its sigmoid says no to,
/// and logit:1 yes; there, and where several sigmoids end a network, softmax:CLASS is the sigmoid of
/// the class's logit.
class Objective {
 public:
  /// Reads, for example, "logit:3", "channel:conv2:5" or "logit:3 - 0.5*logit:8". Throws Error if
  /// that is not possible with this model, FileError or IoError for a direction's file.
  Objective(const nn::Model& model, const std::string& expression);

  /// x[N,C,H,W] of pixels -> [N,1]; N is a multiple of `pictures()`: one of each, then one of each again.
  /// `variety` is a factor of the terms of that name.
  Tensor operator()(const nn::Model& model, const Tensor& x, double variety = 1) const;
  /// The same from the outputs of all layers up to and with `last_layer()`, as the model lists them.
  Tensor operator()(const nn::Model& model, const std::vector<Tensor>& outputs,
                    double variety = 1) const;

  const std::string& expression() const { return expression_; }  ///< as it was given
  std::size_t terms() const { return terms_.size(); }            ///< how many are summed
  Index pictures() const { return pictures_; }  ///< 1, or how many "all" stands for
  const std::vector<std::string>& files() const { return files_; }  ///< of directions, as named
  /// What the first term says of picture n: class, channel or place; -1 if it has none.
  Index unit(Index n) const { return terms_.front().unit(n); }
  /// What picture n was made for, whatever parts it from others (diversity, variety): of one term with
  /// weight 1 the class's name, or "conv2 5"; else the sum, with what "all" stands for.
  std::string label(const nn::Model& model, Index n) const;
  /// True if the first term is about a class, so that its probability means something.
  bool of_class() const { return is_of_class(terms_.front().kind); }
  /// True if a term is a probability, whose gradient can vanish though the network's does not.
  bool saturates() const;
  Index last_layer() const { return last_layer_; }  ///< the last one that a term looks at
  /// The probability of picture n's class, as the network sees it, off the tape; only if
  /// `of_class()`. -> [N,1]. Throws FileError as `logits_of` does.
  Tensor probability(const nn::Model& model, const Tensor& x) const;

 private:
  std::string expression_;
  std::vector<std::string> files_;
  std::vector<Term> terms_;
  Index last_layer_ = 0, pictures_ = 1;
};

}  // namespace glass::viz
