# What doxygen reads in place of a header. It has the same lines, so that messages and links fit:
#  - the comment right above the namespace is about the file;
#  - `// heading: more` or `// heading`, alone on its lines, begins a section of the page, which ends
#    with the next one or with the class or file;
#  - what stands behind a declaration is about each of the names that it declares.

function flush_held(i) {
  for (i = 1; i <= held; ++i) print block[i]
  held = 0
}

# Prints the held blank line and comment as the beginning of a section.
function begin_section(i, colon) {
  words[1] = toupper(substr(words[1], 1, 1)) substr(words[1], 2)
  colon = index(words[1], ": ")
  print (section ? "/** @} */ " : "") "/** @name " (colon ? substr(words[1], 1, colon - 1) : words[1])
  words[1] = colon ? substr(words[1], colon + 2) : ""
  for (i = 1; i <= count; ++i) print words[i] (i == count ? " @{ */" : "")
  section = indent + 1
  count = held = 0
}

# Puts `note` before each name of a declaration such as `Index a = f(1, 2), b;`.
function noted(code, note, depth, i, c, out) {
  out = note
  for (i = 1; i <= length(code); ++i) {
    c = substr(code, i, 1)
    if (index("({<[", c)) ++depth
    if (index(")}>]", c)) --depth
    out = out c (c == "," && !depth ? note : "")
  }
  return out
}

# An abbreviation ends no sentence.
{ gsub(/et al\. /, "et al.\\ ") }

# Names of the project are links wherever they stand.
/^#pragma once/ {
  print "/** @file */ using namespace glass; using namespace glass::kernels; using namespace glass::nn;" \
        " using namespace glass::optim; using namespace glass::data;" \
        " using namespace glass::viz; using namespace glass::training;"
  next
}
/^ *\/\/ / && (count || held == 1) {
  indent = index($0, "/") - 1
  sub(/^ *\/\/ /, "")
  sub(/ -+$/, "")
  words[++count] = $0
  next
}
count { begin_section() }
/^$/ { flush_held(); block[++held] = $0; next }
held && /^\/\/\/( |$)/ { block[++held] = $0; next }
/^namespace glass/ {
  if (held > 1) block[1] = "/// @file"
}
{ flush_held() }
section && (/^}  \/\/ namespace/ || /^ *(};|private:|protected:)/ && match($0, /[^ ]/) < section) {
  $0 = "/** @} */ " $0
  section = 0
}
/; *\/\/\/< / {
  place = match($0, / *\/\/\/< /)
  $0 = noted(substr($0, 1, place - 1), "/** " substr($0, place + RLENGTH) " */ ")
}
{ print }
END { flush_held() }
