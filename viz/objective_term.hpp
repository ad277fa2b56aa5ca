#pragma once

#include "nn/model.hpp"
#include "viz/objective_grammar.hpp"

namespace glass::viz {

/// A term of an objective, as it is for one model.
struct Term {
  std::string words;  ///< as it was given, with the sign and the spaces before it
  double weight;      ///< with its sign
  TermKind kind;      ///< what it is about
  Index layer;        ///< the one that it looks at
  std::vector<Index>
      units;         ///< classes, channels or places: one per picture, or one for all; or none
  std::string file;  ///< of the direction, as named
  Tensor direction;  ///< [1,C], of unit length

  /// How many pictures it wants: 1, or as many as "all" stands for.
  Index pictures() const { return units.empty() ? 1 : static_cast<Index>(units.size()); }
  /// What it says of picture n: class, channel or place; -1 if there is no choice. They take turns.
  Index unit(Index n) const;
  /// h[N,..], the output of `layer`, of pictures of so many kinds in turn -> [N,1], without the weight.
  Tensor operator()(const nn::Model& model, const Tensor& h, Index kinds = 1) const;
};

/// What the words of a term mean for this model. Throws Error, in which `expression` is all of the
/// objective, if they mean nothing; FileError or IoError for a direction's file.
Term term_of(const nn::Model& model, const TermWords& words, const std::string& expression);

}  // namespace glass::viz
