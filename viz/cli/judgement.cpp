#include "viz/cli/judgement.hpp"

#include "viz/classes.hpp"
#include "viz/cli/commands.hpp"

namespace glass::viz::cli {

namespace {

using Json = nlohmann::ordered_json;

bool judged_right(const Verdict& verdict) {
  return verdict.score.judge_class == verdict.score.label;
}

bool nearest_right(const Verdict& verdict) {
  return verdict.resemblance->nearest_class == verdict.score.label;
}

/// All pictures at once: how many are right, and means.
struct Summary {
  std::size_t pictures;
  bool with_data;
  int judge_correct = 0, nearest_correct = 0;
  double own = 0, judge = 0, cosine = 0, variation = 0;

  explicit Summary(const std::vector<Verdict>& verdicts)
      : pictures(verdicts.size()), with_data(verdicts.front().resemblance.has_value()) {
    const auto share = 1 / static_cast<double>(pictures);
    for (const Verdict& verdict : verdicts) {
      judge_correct += judged_right(verdict);
      own += share * verdict.score.own_probability;
      judge += share * verdict.score.judge_probability;
      if (!with_data) continue;
      nearest_correct += nearest_right(verdict);
      cosine += share * verdict.resemblance->cosine;
      variation += share * verdict.resemblance->total_variation_ratio;
    }
  }
};

Json to_json(const nn::Model& model, const Verdict& verdict) {
  const Score& score = verdict.score;
  Json json{{"class", class_name(model, score.label)},
            {"own_probability", score.own_probability},
            {"judge_probability", score.judge_probability},
            {"judge_class", class_name(model, score.judge_class)},
            {"judge_correct", judged_right(verdict)},
            {"stable_under_shift", score.stable_under_shift},
            {"same_after_8_bits", score.same_after_8_bits},
            {"total_variation", score.total_variation},
            {"high_frequency", score.high_frequency}};
  if (const auto& found = verdict.resemblance) {
    json["nearest_class"] = class_name(model, found->nearest_class);
    json["nearest_correct"] = nearest_right(verdict);
    json["cosine"] = found->cosine;
    json["total_variation_ratio"] = found->total_variation_ratio;
    json["high_frequency_ratio"] = found->high_frequency_ratio;
  }
  return json;
}

Json to_json(const Summary& summary) {
  Json json{{"pictures", summary.pictures},
            {"judge_correct", summary.judge_correct},
            {"own_probability", summary.own},
            {"judge_probability", summary.judge}};
  if (summary.with_data) {
    json["nearest_correct"] = summary.nearest_correct;
    json["cosine"] = summary.cosine;
    json["total_variation_ratio"] = summary.variation;
  }
  return json;
}

Json to_json(const nn::Model& model, const Spread& spread) {
  return {{"class", class_name(model, spread.label)},
          {"pictures", spread.pictures},
          {"distance", spread.distance},
          {"real_distance", spread.real_distance},
          {"share", spread.share()}};
}

using Cells = std::vector<std::string>;

/// The titles of the columns after the first, which holds the classes.
Cells titles(bool with_data) {
  Cells row{"own", "judge", "named", "shifted", "8 bits", "TV", "HF"};
  if (with_data) row.insert(row.end(), {"25-NN", "cosine", "TV/test", "HF/test"});
  return row;
}

Cells cells(const nn::Model& model, const Verdict& verdict) {
  const Score& score = verdict.score;
  Cells row{"  " + class_name(model, score.label),
            percent(score.own_probability),
            percent(score.judge_probability),
            class_name(model, score.judge_class),
            formatted("%.0f", 4 * score.stable_under_shift) + "/4",
            score.same_after_8_bits ? "yes" : "no",
            formatted("%.3f", score.total_variation),
            percent(score.high_frequency)};
  if (const auto& found = verdict.resemblance) {
    row.insert(row.end(),
               {class_name(model, found->nearest_class), formatted("%.2f", found->cosine),
                formatted("%.2f", found->total_variation_ratio),
                formatted("%.2f", found->high_frequency_ratio)});
  }
  return row;
}

void print_spreads(const Judgement& judgement) {
  if (judgement.spreads.empty()) return;
  std::vector<Cells> rows{{"unlike each other", "pictures", "distance", "real images'", "share"}};
  for (const Spread& spread : judgement.spreads) {
    rows.push_back({"  " + class_name(judgement.model, spread.label),
                    std::to_string(spread.pictures), formatted("%.3f", spread.distance),
                    formatted("%.3f", spread.real_distance), formatted("%.2f", spread.share())});
  }
  print_text(aligned(rows, Flush::right));
}

void print_summary(const Judgement& judgement, const Summary& summary) {
  std::string line = text(judgement.judge.name, " names ", summary.judge_correct, " of ",
                          summary.pictures, " right");
  if (summary.with_data) line += text(", the 25 nearest training images ", summary.nearest_correct);
  line +=
      "; mean probability " + percent(summary.own) + " own, " + percent(summary.judge) + " judge";
  if (summary.with_data) {
    line += "; mean cosine " + formatted("%.2f", summary.cosine) + "; mean TV " +
            formatted("%.2f", summary.variation) + " of the test images'";
  }
  print_line(line);
}

}  // namespace

Json to_json(const Judgement& judgement) {
  Json controls = Json::object(), pictures;
  for (const Group& group : judgement.groups) {
    Json list = Json::array();
    for (const Verdict& verdict : group.verdicts) list.push_back(to_json(judgement.model, verdict));
    (&group == &judgement.groups.front() ? pictures : controls[group.key]) = list;
  }
  Json json{{"model", judgement.model.name},
            {"judge", judgement.judge.name},
            {"pictures", pictures},
            {"controls", controls},
            {"summary", to_json(Summary(judgement.groups.front().verdicts))}};
  for (const Spread& spread : judgement.spreads) {
    json["spread"].push_back(to_json(judgement.model, spread));
  }
  return json;
}

void print_table(const Judgement& judgement) {
  const Summary summary(judgement.groups.front().verdicts);
  std::vector<Cells> rows;
  for (const Group& group : judgement.groups) {
    rows.push_back({group.title});
    for (const Verdict& verdict : group.verdicts) {
      rows.push_back(cells(judgement.model, verdict));
    }
  }
  const Cells words = titles(summary.with_data);
  rows.front().insert(rows.front().end(), words.begin(), words.end());
  print_text(aligned(rows, Flush::right));
  print_spreads(judgement);
  print_summary(judgement, summary);
}

}  // namespace glass::viz::cli
