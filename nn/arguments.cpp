#include "nn/arguments.hpp"

namespace glass::nn {

namespace {

decltype(Argument::value) value_of(const Field& field) {
  return std::visit([](auto* place) { return decltype(Argument::value)(*place); }, field.place);
}

std::string value_text(bool value) { return value ? "True" : "False"; }
std::string value_text(Index value) { return std::to_string(value); }
std::string value_text(double value) { return text(value); }
std::string value_text(Size2 value) {
  return value.h == value.w ? std::to_string(value.h) : text('(', value.h, ", ", value.w, ')');
}
std::string value_text(const std::string& value) { return '\'' + value + '\''; }
std::string value_text(const ConvPadding& value) {
  return value.same ? value_text(std::string("same")) : value_text(Size2(value));
}
std::string value_text(const std::vector<Index>& value) { return tuple_text(value); }

}  // namespace

std::vector<Argument> list_arguments(const std::vector<Field>& fields,
                                     const std::vector<Field>& defaults) {
  std::vector<Argument> list;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto value = value_of(fields[i]);
    if (fields[i].presence == Presence::required || value != value_of(defaults[i])) {
      list.push_back({fields[i].name, value, fields[i].presence});
    }
  }
  return list;
}

std::string tuple_text(const std::vector<Index>& numbers) {
  std::string list;
  for (const Index number : numbers) list += (list.empty() ? "" : ", ") + std::to_string(number);
  return numbers.size() == 1 ? list : '(' + list + ')';
}

std::string call_text(const std::string& type, const std::vector<Argument>& arguments) {
  std::string out = type + '(';
  for (const Argument& argument : arguments) {
    if (out.back() != '(') out += ", ";
    if (argument.presence == Presence::optional) out += std::string(argument.name) + '=';
    out += std::visit([](const auto& value) { return value_text(value); }, argument.value);
  }
  return out + ')';
}

}  // namespace glass::nn
