// The one place that compiles the stb libraries. Of the image formats only JPEG: see jpeg_decoder.cpp.
#include <cstdlib>

// Memory is given out zeroed: pixels that a damaged file leaves out are the same every time.
#define STBI_MALLOC(size) std::calloc(size, 1)
#define STBI_REALLOC(old, size) std::realloc(old, size)
#define STBI_FREE(old) std::free(old)
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS 8192
#define STB_IMAGE_IMPLEMENTATION
#include <stb_image.h>

#define STBI_WRITE_NO_STDIO
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include <stb_image_write.h>

#define STB_IMAGE_RESIZE_IMPLEMENTATION
#include <stb_image_resize.h>
