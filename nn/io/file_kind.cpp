#include "nn/io/file_kind.hpp"

#include "autograd/error.hpp"
#include "nn/printable.hpp"

namespace glass::nn {

namespace {

using namespace std::string_view_literals;

constexpr const char* convert =
    "; convert it: python3 -c \"import torch, safetensors.torch as s; "
    "s.save_file({k: v.contiguous() for k, v in torch.load('model.pt', map_location='cpu', "
    "weights_only=True).items()}, 'model.safetensors')\"";

struct Mark {
  std::size_t place;
  std::string_view bytes;
  FileKind kind;
};

constexpr Mark marks[] = {
    {0, "PK\3\4"sv, {"a zip archive, such as PyTorch's checkpoints (.pt, .pth, .bin)", convert}},
    {0, "\x80\2"sv, {"a Python pickle, such as PyTorch's old checkpoints", convert}},
    {0, "\x80\3"sv, {"a Python pickle", convert}},
    {0, "\x80\4"sv, {"a Python pickle", convert}},
    {0, "\x80\5"sv, {"a Python pickle", convert}},
    {0, "\x1f\x8b"sv, {"a gzip file", "; unpack it with gunzip"}},
    {257, "ustar"sv, {"a tar archive", "; unpack it with tar"}},
    {0, "version https://git-lfs"sv, {"a Git LFS pointer", "; fetch the file with git lfs pull"}},
    {0, "\x89HDF"sv, {"an HDF5 file, such as Keras's", ""}},
    {0, "\x93NUMPY"sv, {"a NumPy array", ""}},
    {0, "\x89PNG\r\n\x1a\n"sv, {"a PNG image", "", true}},
    {0, "\xff\xd8\xff"sv, {"a JPEG image", "", true}},
    {0, "GIF8"sv, {"a GIF image", "", true}},
    {8, "WEBP"sv, {"a WebP image", "", true}},
    {0, "II*\0"sv, {"a TIFF image", "", true}},
    {0, "MM\0*"sv, {"a TIFF image", "", true}},
    {0, "\xff\x0a"sv, {"a JPEG XL image", "", true}},
    {0, "\0\0\0\x0cJXL "sv, {"a JPEG XL image", "", true}},
    {4, "ftypavi"sv, {"an AVIF image", "", true}},
    {4, "ftyphei"sv, {"a HEIC image", "", true}},
    {4, "ftyphev"sv, {"a HEIC image", "", true}},
    {4, "ftypmif1"sv, {"a HEIC image", "", true}},
    {4, "ftypmsf1"sv, {"a HEIC image", "", true}},
    {4, "ftyp"sv, {"a film of the MP4 family", ""}},
    {0, "%PDF"sv, {"a PDF document", ""}},
};

bool has(std::string_view bytes, std::size_t place, std::string_view mark) {
  return bytes.size() > place && bytes.substr(place).starts_with(mark);
}

/// "BM" alone also begins words.
bool is_bmp(std::string_view bytes) { return has(bytes, 0, "BM") && has(bytes, 6, "\0\0\0\0"sv); }

/// A protocol buffer whose first field is the version, and the second the name of the producer.
bool is_onnx(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x08' && bytes[1] > 0 && bytes[1] < 32 &&
         bytes[2] == '\x12';
}

/// Whether this is the first byte but for white space and a byte order mark.
bool begins_with(std::string_view bytes, char first) {
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  const std::size_t place = bytes.find_first_not_of(" \t\r\n");
  return place != bytes.npos && bytes[place] == first;
}

/// A length of less than 2^24, and a header.
bool is_safetensors(std::string_view bytes) {
  return bytes.size() > 8 && bytes.substr(3, 5) == "\0\0\0\0\0"sv &&
         begins_with(bytes.substr(8), '{');
}

const char* name_of(ModelFile kind) {
  switch (kind) {
    case ModelFile::safetensors:
      return "weights in the safetensors format";
    case ModelFile::json_weights:
      return "weights in JSON";
    case ModelFile::description:
      return "a model description in JSON";
  }
  return "";
}

}  // namespace

std::optional<FileKind> file_kind(std::string_view first_bytes) {
  if (is_safetensors(first_bytes)) return FileKind{name_of(ModelFile::safetensors), ""};
  for (const auto& [place, mark, kind] : marks) {
    if (has(first_bytes, place, mark)) return kind;
  }
  if (is_bmp(first_bytes)) return FileKind{"a BMP image", "", true};
  if (is_onnx(first_bytes)) return FileKind{"an ONNX file", "; weights/onnx.py converts it"};
  if (begins_with(first_bytes, '<')) {
    return FileKind{"a web page or another kind of markup", "; was the download redirected?"};
  }
  return {};
}

std::string file_kind_text(std::string_view first_bytes) {
  if (first_bytes.empty()) return "an empty file";
  if (const auto kind = file_kind(first_bytes)) return kind->name;
  return "a file that begins with '" + printable(first_bytes.substr(0, 8)) + "'";
}

void refuse_other_kinds(std::string_view first_bytes, const std::string& path, ModelFile expected) {
  const auto kind = file_kind(first_bytes);
  if (kind && !(expected == ModelFile::safetensors && is_safetensors(first_bytes))) {
    throw FileError(
        text(path, ": expected ", name_of(expected), ", got ", kind->name, kind->advice));
  }
  if (!kind && expected == ModelFile::safetensors && begins_with(first_bytes, '{')) {
    throw FileError(text(path, ": expected ", name_of(expected), ", got JSON"));
  }
}

}  // namespace glass::nn
