# Writes OUTPUT, the version of the sources in SOURCE: what git calls them, if they are a checkout of
# their own, and else VERSION. As long as it is the same, the file stays as it is, and nothing is built
# again.
cmake_minimum_required(VERSION 3.25)
set(version "")
if(GIT AND EXISTS ${SOURCE}/.git)
  execute_process(COMMAND ${GIT} --no-optional-locks -C ${SOURCE} describe --always --dirty
                  OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT version MATCHES "^[A-Za-z0-9._+-]+$")
  set(version ${VERSION})
endif()
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT
"#include \"weights/version.hpp\"

namespace glass::training {

const char* const program_version = \"@version@\";

}  // namespace glass::training
")
