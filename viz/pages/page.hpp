#pragma once

#include <string>
#include <string_view>

#include "viz/pictures/image.hpp"

/// Web pages of one file each: no network, no library, nothing beside them. The styles and scripts
/// are files of this folder that the build turns into strings.
namespace glass::viz::page {

extern const std::string_view page_css;  ///< the style that all pages share

/// A complete page. `body` is HTML; `data` is JSON, which `script` finds parsed in the variable
/// `data`; `styles` come after page.css. The page forbids itself to load anything.
std::string html_page(const std::string& title, std::string_view styles, const std::string& body,
                      const std::string& data, std::string_view script);

/// The JSON that a page of `html_page` carries, within `html`; empty if there is none.
std::string_view data_of(std::string_view html);

/// Text as HTML or SVG shows it: & < > " escaped.
std::string escaped(std::string_view text);

/// The image as "data:image/png;base64,...", for src attributes.
std::string data_uri(const Image& image);

}  // namespace glass::viz::page
