#include "viz/pages/page.hpp"

#include "viz/pictures/png.hpp"

namespace glass::viz::page {

namespace {

/// RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view three = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (k < three.size() ? static_cast<unsigned char>(three[k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= three.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

constexpr std::string_view data_begin = "<script type=\"application/json\" id=\"data\">",
                           script_end = "</script>";

/// JSON that cannot end the script element that it stands in.
std::string for_script(std::string json) {
  for (std::size_t i = 0; (i = json.find('<', i)) != json.npos;) json.replace(i, 1, "\\u003c");
  return json;
}

}  // namespace

std::string html_page(const std::string& title, std::string_view styles, const std::string& body,
                      const std::string& data, std::string_view script) {
  return text(R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<link rel="icon" href="data:,">
<title>)",
              escaped(title), "</title>\n<style>\n", page_css, styles,
              "</style>\n</head>\n<body>\n", body,
              "<noscript><p>This page needs JavaScript.</p></noscript>\n", data_begin,
              for_script(data), script_end, "\n", "<script>\n'use strict';\n",
              "const data = JSON.parse(document.getElementById('data').textContent);\n", script,
              "</script>\n</body>\n</html>\n");
}

std::string_view data_of(std::string_view html) {
  const std::size_t place = html.find(data_begin), first = place + data_begin.size();
  if (place == html.npos) return {};
  const std::size_t last = html.find(script_end, first);
  return last == html.npos ? std::string_view() : html.substr(first, last - first);
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string data_uri(const Image& image) {
  return "data:image/png;base64," + base64(encode_png(image));
}

}  // namespace glass::viz::page
