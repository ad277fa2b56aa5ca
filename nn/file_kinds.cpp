#include "nn/file_kinds.hpp"

#include "autograd/error.hpp"

namespace glass::inline GLASS_PRECISION::nn {

namespace {

using namespace std::string_view_literals;

constexpr const char* convert =
    "; convert it: python3 -c \"import torch, safetensors.torch as s; "
    "s.save_file({k: v.contiguous() for k, v in torch.load('model.pt', map_location='cpu', "
    "weights_only=True).items()}, 'model.safetensors')\"";

/// A kind of file that is not ours. `advice` follows its name.
struct Foreign {
  std::string_view magic;
  const char *name, *advice;
};

constexpr Foreign foreign[] = {
    {"PK\3\4"sv, "a zip archive, such as PyTorch's checkpoints (.pt, .pth, .bin)", convert},
    {"\x80\2"sv, "a Python pickle, such as PyTorch's old checkpoints", convert},
    {"\x80\3"sv, "a Python pickle", convert},
    {"\x80\4"sv, "a Python pickle", convert},
    {"\x80\5"sv, "a Python pickle", convert},
    {"\x1f\x8b"sv, "a gzip file", "; unpack it with gunzip"},
    {"<"sv, "a web page", "; was the download redirected?"},
    {"version https://git-lfs"sv, "a Git LFS pointer", "; fetch the file with git lfs pull"},
    {"\x89PNG"sv, "a PNG picture", ""},
    {"\x89HDF"sv, "an HDF5 file, such as Keras's", ""},
    {"\x93NUMPY"sv, "a NumPy array", ""},
};

/// A protocol buffer whose first field is the version, and the second the name of the producer.
bool is_onnx(std::string_view bytes) {
  return bytes.size() > 2 && bytes[0] == '\x08' && bytes[1] > 0 && bytes[1] < 32 &&
         bytes[2] == '\x12';
}

bool starts_json(std::string_view bytes) {
  const std::size_t place = bytes.find_first_not_of(" \t\r\n");
  return place != bytes.npos && bytes[place] == '{';
}

/// A length of less than 2^24, and a header.
bool is_safetensors(std::string_view bytes) {
  return bytes.size() > 8 && bytes.substr(3, 5) == "\0\0\0\0\0"sv && starts_json(bytes.substr(8));
}

const char* name_of(FileKind kind) {
  switch (kind) {
    case FileKind::safetensors:
      return "weights in the safetensors format";
    case FileKind::json_weights:
      return "weights in JSON";
    case FileKind::description:
      return "a model description in JSON";
  }
  return "";
}

}  // namespace

void refuse_other_kinds(std::string_view first_bytes, const std::string& path, FileKind expected) {
  const auto refuse = [&](const char* name, const char* advice) {
    throw FileError(text(path, ": expected ", name_of(expected), ", got ", name, advice));
  };
  if (is_safetensors(first_bytes)) {
    if (expected != FileKind::safetensors) refuse(name_of(FileKind::safetensors), "");
    return;
  }
  if (starts_json(first_bytes) && expected == FileKind::safetensors) refuse("JSON", "");
  if (is_onnx(first_bytes)) refuse("an ONNX file", "");
  for (const Foreign& kind : foreign) {
    if (first_bytes.starts_with(kind.magic)) refuse(kind.name, kind.advice);
  }
}

}  // namespace glass::inline GLASS_PRECISION::nn
