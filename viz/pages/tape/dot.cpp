#include "viz/pages/tape/dot.hpp"

#include <iomanip>
#include <sstream>

#include "autograd/statistics.hpp"

namespace glass::viz {

namespace {

std::string quoted(const std::string& words) {
  std::ostringstream out;
  out << std::quoted(words);
  return out.str();
}

void write_node(std::ostream& out, const std::string& id, const Trace::Entry& entry) {
  std::string label = entry.is_leaf() ? entry.name : entry.op;
  if (!entry.layer.empty()) label += " (" + entry.layer + ')';
  const bool frozen = entry.role == Trace::Role::weight && !entry.trainable;
  if (frozen) label += ", frozen";
  out << "    " << id << " [label=" << quoted(label + "\n" + entry.value.shape().str())
      << (entry.is_leaf() ? ", shape=box" : ", shape=box, style=rounded");
  if (entry.trainable) out << ", color=\"#007a5a\", penwidth=2";
  if (frozen) out << ", style=filled, color=\"#8a8a85\", fillcolor=\"#e4e4e0\"";
  out << "];\n";
}

void write_edges(std::ostream& out, const std::string& prefix, std::size_t id,
                 const Trace::Entry& entry) {
  for (const Trace::Input& input : entry.inputs) {
    const std::string from = prefix + std::to_string(input.entry), to = prefix + std::to_string(id);
    out << "    " << from << " -> " << to << " [color=\"#8a8a85\"];\n    " << to << " -> " << from
        << " [constraint=false, ";
    if (input.sent) {
      out << "color=\"#d55e00\", label=\"" << std::setprecision(2) << input.grad_l2 << "\"];\n";
    } else {
      out << "color=\"#8a8a85\", style=dashed];\n";
    }
  }
}

}  // namespace

std::string to_dot(const std::string& title, const std::vector<TapeView>& views) {
  std::ostringstream out;
  out << "digraph tape {\n  label=" << quoted(title)
      << "; labelloc=t; fontname=sans;\n  node [fontname=sans]; edge [fontname=sans];\n";
  for (const TapeView& view : views) {
    out << "  subgraph cluster_" << view.mode << " {\n    label=" << quoted(view.title) << ";\n";
    const auto& entries = view.trace->entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      write_node(out, view.mode + std::to_string(i), entries[i]);
      write_edges(out, view.mode, i, entries[i]);
    }
    out << "  }\n";
  }
  out << "}\n";
  return out.str();
}

}  // namespace glass::viz
