#include "viz/pages/tape/json.hpp"

#include "autograd/statistics.hpp"

namespace glass::viz {

namespace {

using Json = nlohmann::ordered_json;

Json numbers(const Tensor& tensor) {
  if (!tensor) return nullptr;
  const Statistics s = statistics(tensor);
  return {{"min", s.min},
          {"max", s.max},
          {"l2", s.l2},
          {"zeros", s.zeros},
          {"not_finite", s.not_finite}};
}

Json entry_json(const Trace::Entry& entry, std::size_t id, bool times) {
  Json json{{"id", id},
            {"op", entry.op},
            {"layer", entry.layer},
            {"name", entry.name},
            {"shape", std::vector<Index>(entry.value.shape().begin(), entry.value.shape().end())},
            {"role", word(entry.role)},
            {"trainable", entry.trainable},
            {"gradient", word(entry.gradient)},
            {"reason", entry.reason},
            {"grad_l2", entry.grad ? Json(statistics(entry.grad).l2) : Json()},
            {"value", numbers(entry.value)},
            {"grad", numbers(entry.grad)},
            {"inputs", Json::array()},
            {"kept", Json::array()},
            {"kept_bytes", entry.kept_bytes()}};
  for (const Trace::Input& input : entry.inputs) {
    json["inputs"].push_back({{"id", input.entry},
                              {"gradient", input.sent ? "computed" : "skipped"},
                              {"grad_l2", input.sent ? Json(input.grad_l2) : Json()}});
  }
  for (const Trace::Kept& kept : entry.kept) {
    json["kept"].push_back({{"name", kept.name}, {"bytes", kept.bytes}});
  }
  if (!entry.is_leaf()) json["source"] = text(entry.source.file, ':', entry.source.line);
  if (times && !entry.is_leaf()) {
    json["forward_us"] = 1e6 * entry.forward_seconds;
    json["backward_us"] = 1e6 * entry.backward_seconds;
  }
  return json;
}

}  // namespace

Json to_json(const Trace& trace, bool times) {
  Json list = Json::array();
  for (const Trace::Entry& entry : trace.entries()) {
    list.push_back(entry_json(entry, list.size(), times));
  }
  return list;
}

}  // namespace glass::viz
