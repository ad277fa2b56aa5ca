#include "viz/pages/tape/layout.hpp"

#include <algorithm>

namespace glass::viz {

namespace {

using Places = std::vector<std::size_t>;

Places operations(const Trace& trace) {
  Places places;
  for (std::size_t i = 0; i < trace.entries().size(); ++i) {
    if (!trace.entries()[i].is_leaf()) places.push_back(i);
  }
  return places;
}

/// Without a second tape, `b` is empty.
std::vector<Row> align(const Trace& first, const Places& a, const Trace* second, const Places& b) {
  const auto same = [&](std::size_t i, std::size_t j) {
    const Trace::Entry &left = first.entries()[a[i]], &right = second->entries()[b[j]];
    return left.op == right.op && left.layer == right.layer;
  };
  // longest[i][j]: rows that a from i on and b from j on can share
  std::vector<std::vector<int>> longest(a.size() + 1, std::vector<int>(b.size() + 1, 0));
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t j = b.size(); j-- > 0;)
      longest[i][j] =
          same(i, j) ? longest[i + 1][j + 1] + 1 : std::max(longest[i + 1][j], longest[i][j + 1]);

  std::vector<Row> rows;
  std::size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    std::size_t i_end = i, j_end = j;  // of what lies before the next shared row
    while (i_end < a.size() && j_end < b.size() && !same(i_end, j_end)) {
      longest[i_end + 1][j_end] >= longest[i_end][j_end + 1] ? ++i_end : ++j_end;
    }
    const bool shared = i_end < a.size() && j_end < b.size();
    if (!shared) i_end = a.size(), j_end = b.size();
    const std::size_t height = std::max(i_end - i, j_end - j);
    for (std::size_t k = height; k-- > 0;) {
      Row& row = rows.emplace_back();
      if (i_end - i > k) row.entries[0] = a[i_end - 1 - k];
      if (j_end - j > k) row.entries[1] = b[j_end - 1 - k];
    }
    if (shared) rows.push_back({{a[i_end++], b[j_end++]}, true});
    i = i_end, j = j_end;
  }
  return rows;
}

/// The operations that the last operation of a layer depends on, and those that depend on it.
std::vector<bool> through_the_layers(const Trace& trace) {
  const auto& entries = trace.entries();
  std::vector<bool> before(entries.size(), false), after(entries.size(), false);
  std::size_t last = entries.size();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].is_leaf() && !entries[i].layer.empty()) last = i;
  }
  if (last == entries.size()) return std::vector<bool>(entries.size(), true);
  before[last] = after[last] = true;
  for (std::size_t i = last + 1; i-- > 0;) {
    if (!before[i]) continue;
    for (const Trace::Input& input : entries[i].inputs) before[input.entry] = true;
  }
  for (std::size_t i = last + 1; i < entries.size(); ++i) {
    after[i] = std::ranges::any_of(
        entries[i].inputs, [&](const Trace::Input& input) { return bool{after[input.entry]}; });
  }
  for (std::size_t i = 0; i < entries.size(); ++i) after[i] = after[i] || before[i];
  return after;
}

Places chosen(const Trace& trace, const std::vector<bool>& choice, bool wanted) {
  Places places = operations(trace);
  std::erase_if(places, [&](std::size_t i) { return choice[i] != wanted; });
  return places;
}

}  // namespace

std::vector<Row> align(const Trace& first, const Trace* second) {
  return align(first, operations(first), second, second ? operations(*second) : Places());
}

Layout lay_out(const Trace& first, const Trace* second) {
  const std::vector<const Trace*> tapes =
      second ? std::vector{&first, second} : std::vector{&first};
  std::vector<std::vector<bool>> main;
  for (const Trace* trace : tapes) main.push_back(through_the_layers(*trace));

  std::vector<Row> rows = align(first, chosen(first, main[0], true), second,
                                second ? chosen(*second, main[1], true) : Places());

  // The last row reads what lane 1 ends with, and so it lies below.
  std::vector<Places> side;
  for (std::size_t c = 0; c < tapes.size(); ++c) {
    side.push_back(chosen(*tapes[c], main[c], false));
    while (rows.size() < side[c].size() + 1) rows.insert(rows.end() - 1, Row{});
  }

  Layout layout;
  layout.rows = static_cast<int>(rows.size());
  layout.columns.resize(tapes.size());
  for (int r = 0; r < layout.rows; ++r) {
    const Row& row = rows[static_cast<std::size_t>(r)];
    if (row.same) layout.same_rows.push_back(r);
    for (std::size_t c = 0; c < tapes.size(); ++c) {
      if (row.entries[c]) layout.columns[c].push_back({*row.entries[c], 0, r});
    }
  }
  for (std::size_t c = 0; c < tapes.size(); ++c) {
    int row = 0;
    for (const std::size_t i : side[c]) layout.columns[c].push_back({i, 1, row++});
  }
  return layout;
}

}  // namespace glass::viz
