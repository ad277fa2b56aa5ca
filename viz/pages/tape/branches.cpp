#include "viz/pages/tape/branches.hpp"

#include <algorithm>
#include <map>

namespace glass::viz {

namespace {

/// Of each entry up to `last`, how many operations the longest way to it has.
std::vector<int> lengths(const std::vector<Trace::Entry>& entries, std::size_t last) {
  std::vector<int> length(entries.size(), 0);
  for (std::size_t i = 0; i <= last; ++i) {
    for (const Trace::Input& input : entries[i].inputs) {
      length[i] = std::max(length[i], length[input.entry] + 1);
    }
  }
  return length;
}

}  // namespace

std::vector<Part> parts_of(const Trace& trace) {
  const auto& entries = trace.entries();
  std::size_t last = entries.size();  // operation of a layer
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!entries[i].is_leaf() && !entries[i].layer.empty()) last = i;
  }
  if (last == entries.size()) return std::vector<Part>(entries.size(), Part::way);

  std::vector<Part> parts(entries.size(), Part::beside);
  parts[last] = Part::way;
  for (std::size_t i = last + 1; i-- > 0;) {  // what it depends on
    if (parts[i] == Part::beside) continue;
    for (const Trace::Input& input : entries[i].inputs) {
      const bool of_layer = !entries[input.entry].layer.empty();
      parts[input.entry] = of_layer ? Part::branch : Part::way;
    }
  }
  const std::vector<int> length = lengths(entries, last);
  for (std::size_t i = last; !entries[i].is_leaf();) {  // the longest way, from its end
    parts[i] = Part::way;
    i = std::ranges::max_element(entries[i].inputs, {}, [&](const Trace::Input& input) {
          return length[input.entry];
        })->entry;
  }
  for (std::size_t i = last + 1; i < entries.size(); ++i) {  // what depends on it
    const auto leads_to = [&](const Trace::Input& input) {
      return input.entry >= last && parts[input.entry] == Part::way;
    };
    if (std::ranges::any_of(entries[i].inputs, leads_to)) parts[i] = Part::way;
  }
  return parts;
}

int place_branches(const Trace& trace, const std::vector<std::size_t>& branches,
                   std::vector<Place>& places) {
  const auto& entries = trace.entries();
  std::map<std::size_t, int> row, end;  // of an operation, and of the last that reads it
  for (const Place& place : places) row[place.entry] = place.row;
  for (const std::size_t i : branches) {
    int& own = row[i] = 0;
    for (const Trace::Input& input : entries[i].inputs) {
      if (row.contains(input.entry)) own = std::max(own, row[input.entry] + 1);
    }
  }
  for (const auto& [i, own] : row) {
    for (const Trace::Input& input : entries[i].inputs) {
      end[input.entry] = std::max(end[input.entry], own);
    }
  }
  std::map<std::pair<int, int>, std::size_t> taken;  // by whom, of lane and row
  int lanes = 0;
  for (const std::size_t i : branches) {
    int begin = row[i];  // of the line that comes from a way that lies left
    for (const Trace::Input& input : entries[i].inputs) {
      if (row.contains(input.entry)) begin = std::min(begin, row[input.entry]);
    }
    const auto is_free = [&](int lane) {
      for (int r = begin; r <= end[i]; ++r) {
        const auto other = taken.find({lane, r});
        const auto is_input = [&](const Trace::Input& input) {
          return input.entry == other->second;
        };
        if (other != taken.end() && std::ranges::none_of(entries[i].inputs, is_input)) return false;
      }
      return true;
    };
    int lane = 1;
    while (!is_free(lane)) ++lane;
    for (int r = begin; r <= end[i]; ++r) taken[{lane, r}] = i;
    places.push_back({i, lane, row[i]});
    lanes = std::max(lanes, lane);
  }
  return lanes;
}

}  // namespace glass::viz
