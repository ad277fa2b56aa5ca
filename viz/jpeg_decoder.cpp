#include <stb_image.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "viz/jpeg.hpp"
#include "viz/jpeg_markers.hpp"
#include "viz/png.hpp"

/// stb_image turns the bytes into pixels. By itself it takes memory for any size that is announced,
/// and where the pixels end too early it goes on with what it likes. So it sees only files that were
/// walked through before.
///
/// Numbers in comments are sections of ITU-T T.81.
namespace glass::inline GLASS_PRECISION::viz {

namespace {

using namespace jpeg;

/// More scans than any program makes would keep stb_image busy for hours.
constexpr int most_scans = 100;

/// One component: its sampling factors (A.1.1), and whether a scan began it.
struct Component {
  int id, across, down;
  bool begun = false;
};

/// What SOF says (B.2.2).
struct Frame {
  bool progressive = false;
  Index width = 0, height = 0;
  int across = 1, down = 1;  ///< the largest sampling factors
  std::vector<Component> components = {};

  /// A scan of one component has as many blocks as that needs; others go over whole units (A.2).
  Index units(const std::vector<Component*>& scanned) const {
    const auto parts = [](Index size, Index of) { return (size + of - 1) / of; };
    if (scanned.size() > 1) return parts(width, 8 * across) * parts(height, 8 * down);
    const Component& one = *scanned.front();
    return parts(parts(width * one.across, across), 8) * parts(parts(height * one.down, down), 8);
  }
};

Frame parse_frame(const Segment& segment, const std::string& path) {
  const std::string_view data = segment.data;
  const auto byte = [&](std::size_t i) {
    return static_cast<int>(static_cast<std::uint8_t>(data[i]));
  };
  expect(segment.marker <= progressive_frame, path,
         "expected a baseline or progressive JPEG, found another kind of coding (",
         segment.marker - start_of_frame, ")");
  expect(data.size() >= 6 && data.size() == 6 + 3 * static_cast<std::size_t>(byte(5)), path,
         "JPEG frame header: expected 3 bytes for each component, found ", data.size(), " in all");
  Frame frame{.progressive = segment.marker == progressive_frame,
              .width = number_at(data, 3),
              .height = number_at(data, 1)};
  expect_readable_size(frame.width, frame.height, path);
  expect(byte(0) == 8, path, "expected a JPEG of 8 bits, found ", byte(0));
  expect(byte(5) == 1 || byte(5) == 3 || byte(5) == 4, path,
         "expected a JPEG of 1, 3 or 4 components, found ", byte(5));
  for (std::size_t i = 6; i < data.size(); i += 3) {
    const Component component{byte(i), byte(i + 1) >> 4, byte(i + 1) & 15};
    const auto fits = [](int factor) { return factor >= 1 && factor <= 4; };
    expect(fits(component.across) && fits(component.down), path,
           "expected JPEG sampling factors 1 to 4, found ", component.across, "x", component.down);
    expect(std::ranges::count(frame.components, component.id, &Component::id) == 0, path,
           "expected JPEG components of different names, found ", component.id, " twice");
    frame.across = std::max(frame.across, component.across);
    frame.down = std::max(frame.down, component.down);
    frame.components.push_back(component);
  }
  for (const Component& component : frame.components) {
    expect(frame.across % component.across == 0 && frame.down % component.down == 0, path,
           "expected JPEG sampling factors that divide the largest, found ", component.across, "x",
           component.down, " beside ", frame.across, "x", frame.down);
  }
  return frame;
}

/// What SOS says (B.2.3).
struct Scan {
  std::vector<Component*> components;
  bool begins;     ///< their pixels; other scans refine them (G.1.1.1)
  bool constants;  ///< holds the mean of each block
};

Scan parse_scan(std::string_view data, Frame& frame, const std::string& path) {
  const auto byte = [&](std::size_t i) {
    return static_cast<int>(static_cast<std::uint8_t>(data[i]));
  };
  const auto count = static_cast<std::size_t>(data.empty() ? 0 : byte(0));
  expect(count >= 1 && count <= 4 && data.size() == 4 + 2 * count, path,
         "JPEG scan header: expected 1 to 4 components, found ", count, " in ", data.size(),
         " bytes");
  Scan scan{{}, byte(2 * count + 3) >> 4 == 0, byte(2 * count + 1) == 0};
  for (std::size_t i = 0; i < count; ++i) {
    const auto component = std::ranges::find(frame.components, byte(1 + 2 * i), &Component::id);
    expect(component != frame.components.end() &&
               std::ranges::count(scan.components, &*component) == 0,
           path, "JPEG scan: expected components of the frame, each once, found ", byte(1 + 2 * i));
    const bool first = scan.constants && scan.begins;
    expect(component->begun != first, path,
           "JPEG scans: expected each component once, means first");
    component->begun = true;
    scan.components.push_back(&*component);
  }
  return scan;
}

/// Each block takes a bit at least for its mean (F.1.2.1), and, unless later scans bring them, one to
/// say that it has no other frequencies.
void check_coded(const Coded& coded, const Scan& scan, const Frame& frame, Index interval,
                 const std::string& path) {
  const Index units = frame.units(scan.components);
  const Index parts = interval > 0 ? (units + interval - 1) / interval : 1;
  const auto restarts = static_cast<Index>(coded.restarts);
  expect(restarts == parts - 1 || (interval > 0 && restarts == parts), path,
         "the pixels are damaged: expected ", parts - 1, " restart markers, found ", restarts);
  if (!scan.constants) return;
  Index blocks = 0;
  for (const Component* one : scan.components) {
    blocks += units * (scan.components.size() > 1 ? one->across * one->down : 1);
  }
  const Index least = (blocks * (frame.progressive ? 1 : 2) + 7) / 8;
  expect(static_cast<Index>(coded.bytes) >= least, path,
         "the pixels are cut off: expected at least ", least, " bytes for ", frame.width, "x",
         frame.height, " pixels, found ", coded.bytes);
}

/// How a picture is to be turned (EXIF 4.6.4, orientation): where the pixel comes from that is seen in
/// column x and row y.
Image turned(Image image, int orientation) {
  if (orientation == 1) return image;
  const bool on_its_side = orientation >= 5;
  const Index right = image.width - 1, bottom = image.height - 1;
  Image result(on_its_side ? image.height : image.width, on_its_side ? image.width : image.height,
               image.channels);
  for (Index y = 0; y < result.height; ++y)
    for (Index x = 0; x < result.width; ++x) {
      const Index u = on_its_side ? y : x, v = on_its_side ? x : y;
      const bool mirrored =
                     orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8,
                 upside_down =
                     orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
      for (Index c = 0; c < image.channels; ++c) {
        result.at(x, y, c) = image.at(mirrored ? right - u : u, upside_down ? bottom - v : v, c);
      }
    }
  return result;
}

}  // namespace

JpegHeader read_jpeg_header(std::string_view file, const std::string& path) {
  SegmentReader segments(file, path);
  JpegHeader header;
  Frame frame;
  Index interval = 0;
  int scans = 0;
  bool has_exif = false;
  while (const std::optional<Segment> segment = segments.next()) {
    const auto& [marker, data] = *segment;
    if (marker == restart_interval) {
      expect(data.size() == 2, path, "JPEG restart interval: expected 2 bytes, found ",
             data.size());
      interval = number_at(data, 0);
    } else if (marker == application + 1 && !has_exif) {
      has_exif = data.starts_with("Exif");
      header.orientation = exif_orientation(data);
    } else if (marker == start_of_scan) {
      expect(!frame.components.empty(), path, "expected a JPEG frame header before the first scan");
      expect(++scans <= most_scans, path, "expected at most ", most_scans, " scans, found more");
      const Scan scan = parse_scan(data, frame, path);
      check_coded(segments.skip_coded(), scan, frame, interval, path);
    } else if (marker == huffman_tables || marker == quantisation_tables ||
               (marker >= application && marker < application + 16) || marker == comment) {
      continue;  // stb_image looks into those that it needs
    } else {
      expect(marker >= start_of_frame && marker < restart && marker != arithmetic_tables, path,
             "JPEG segment ", int{marker}, ": not known");
      expect(frame.components.empty(), path, "expected one JPEG frame header, found two");
      frame = parse_frame(*segment, path);
    }
  }
  expect(!frame.components.empty(), path, "expected a JPEG frame header, found none");
  expect(std::ranges::all_of(frame.components, &Component::begun), path,
         "expected pixels for each component, found none");
  header.width = frame.width;
  header.height = frame.height;
  return header;
}

Image decode_jpeg(std::string_view file, const std::string& path, Index channels) {
  require(channels == 1 || channels == 3, "decode_jpeg: expects 1 or 3 channels, got ", channels);
  const JpegHeader header = read_jpeg_header(file, path);
  int width = 0, height = 0, in_file = 0;
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(file.data()),
                            static_cast<int>(file.size()), &width, &height, &in_file,
                            static_cast<int>(channels)),
      stbi_image_free);
  if (!pixels) {
    const char* const reason = stbi_failure_reason();
    if (std::strcmp(reason, "outofmem") == 0) throw std::bad_alloc();
    throw FileError(text(path, ": the JPEG is damaged (", reason, ")"));
  }
  Image image(header.width, header.height, channels);
  std::copy_n(pixels.get(), image.pixels.size(), image.pixels.data());
  return turned(std::move(image), header.orientation);
}

}  // namespace glass::inline GLASS_PRECISION::viz
