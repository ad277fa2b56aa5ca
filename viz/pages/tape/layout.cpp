#include "viz/pages/tape/layout.hpp"

#include <algorithm>

#include "viz/pages/tape/branches.hpp"

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

Places chosen(const Trace& trace, const std::vector<Part>& parts, Part wanted) {
  Places places = operations(trace);
  std::erase_if(places, [&](std::size_t i) { return parts[i] != wanted; });
  return places;
}

}  // namespace

std::vector<Row> align(const Trace& first, const Trace* second) {
  return align(first, operations(first), second, second ? operations(*second) : Places());
}

Layout lay_out(const Trace& first, const Trace* second) {
  const std::vector<const Trace*> tapes =
      second ? std::vector{&first, second} : std::vector{&first};
  std::vector<std::vector<Part>> parts;
  for (const Trace* trace : tapes) parts.push_back(parts_of(*trace));

  std::vector<Row> rows = align(first, chosen(first, parts[0], Part::way), second,
                                second ? chosen(*second, parts[1], Part::way) : Places());

  // The last row reads what the last lane ends with, and so it lies below.
  std::vector<Places> side;
  for (std::size_t c = 0; c < tapes.size(); ++c) {
    side.push_back(chosen(*tapes[c], parts[c], Part::beside));
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
    const int lanes =
        place_branches(*tapes[c], chosen(*tapes[c], parts[c], Part::branch), layout.columns[c]);
    layout.branches = std::max(layout.branches, lanes);
  }
  for (std::size_t c = 0; c < tapes.size(); ++c) {
    int row = 0;
    for (const std::size_t i : side[c]) {
      layout.columns[c].push_back({i, layout.branches + 1, row++});
    }
  }
  return layout;
}

}  // namespace glass::viz
