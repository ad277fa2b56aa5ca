# Debian's emscripten, with what Debian has for all compilers beside it: headers only. Nothing is downloaded.
# Its linker runs in node, and finds Debian's modules also where node is another.
set(CMAKE_CXX_LINKER_LAUNCHER ${CMAKE_COMMAND} -E env NODE_PATH=/usr/share/nodejs)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE BOTH)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE BOTH)
include(/usr/share/emscripten/cmake/Modules/Platform/Emscripten.cmake)

# Vectors of 128 bits, exceptions that are caught, and no threads: these would need memory that is shared,
# which a browser gives only to pages with headers that static hosting cannot set.
# The headers of others lie among the system's own: they come last.
set(CMAKE_CXX_FLAGS_INIT
    "-msimd128 -fwasm-exceptions -isystem ${CMAKE_CURRENT_LIST_DIR}/libcxx -idirafter /usr/include")
list(APPEND CMAKE_SYSTEM_INCLUDE_PATH /usr/include)
list(APPEND CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES /usr/include)
set(THREADS_PREFER_PTHREAD_FLAG OFF)
set(THREADS_HAVE_PTHREAD_ARG OFF)
set(CMAKE_HAVE_LIBC_PTHREAD ON)
