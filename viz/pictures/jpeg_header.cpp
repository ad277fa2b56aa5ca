#include <algorithm>
#include <array>
#include <vector>

#include "viz/pictures/jpeg.hpp"
#include "viz/pictures/jpeg_markers.hpp"
#include "viz/pictures/limits.hpp"

/// Numbers in comments are sections of ITU-T T.81.
namespace glass::viz {

namespace {

using namespace jpeg;

/// More scans than any program makes would keep stb_image busy for hours.
constexpr int most_scans = 100;

int byte_at(std::string_view bytes, std::size_t place) {
  return static_cast<int>(static_cast<std::uint8_t>(bytes[place]));
}

/// One component: its sampling factors (A.1.1), its table, and whether a scan began it.
struct Component {
  int id, across, down, quantisation;
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
  const auto byte = [&](std::size_t i) { return byte_at(data, i); };
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
    const Component component{byte(i), byte(i + 1) >> 4, byte(i + 1) & 15, byte(i + 2)};
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

/// Which of the tables that a scan may name are there.
struct Tables {
  std::array<std::array<bool, 4>, 2> codes{};  ///< of means, of other frequencies
  std::array<bool, 4> quantisation{};
};

/// DHT (B.2.4.2): tables, each of how many codes there are of 1 to 16 bits, and what they stand for.
void add_codes(std::string_view data, Tables& tables, const std::string& path) {
  constexpr std::size_t lengths = 16, head = 1 + lengths, most = 256;
  while (!data.empty()) {
    expect(data.size() >= head && byte_at(data, 0) >> 4 <= 1 && (byte_at(data, 0) & 15) <= 3, path,
           "JPEG Huffman table: expected a class 0 or 1, a number 0 to 3 and 16 bytes, found ",
           byte_at(data, 0), " and ", data.size() - 1, " bytes");
    std::size_t count = 0;
    int room = 1;  // for codes of one length, beside the shorter ones
    for (std::size_t i = 1; i <= lengths; ++i) {
      count += static_cast<std::size_t>(byte_at(data, i));
      room = std::max(2 * room - byte_at(data, i), -1);
      expect(room >= 0, path, "JPEG Huffman table: more codes of up to ", i,
             " bits than there are");
    }
    expect(count <= most && head + count <= data.size(), path,
           "JPEG Huffman table: expected at most ", most,
           " codes, all of them in the segment, found ", count);
    const auto kind = static_cast<std::size_t>(byte_at(data, 0));
    tables.codes[kind >> 4][kind & 15] = true;
    data.remove_prefix(head + count);
  }
}

/// DQT (B.2.4.1): tables of 64 numbers of one or two bytes.
void add_quantisation(std::string_view data, Tables& tables, const std::string& path) {
  while (!data.empty()) {
    const int kind = byte_at(data, 0);
    const std::size_t size = kind >> 4 == 0 ? 65 : 129;
    expect(
        kind >> 4 <= 1 && (kind & 15) <= 3 && size <= data.size(), path,
        "JPEG quantisation table: expected a precision 0 or 1, a number 0 to 3 and all of its 64 "
        "numbers, found ",
        kind, " and ", data.size() - 1, " bytes");
    tables.quantisation[static_cast<std::size_t>(kind & 15)] = true;
    data.remove_prefix(size);
  }
}

/// What SOS says (B.2.3).
struct Scan {
  std::vector<Component*> components;
  bool begins;     ///< their pixels; other scans refine them (G.1.1.1)
  bool constants;  ///< holds the mean of each block
};

Scan parse_scan(std::string_view data, Frame& frame, const Tables& tables,
                const std::string& path) {
  const auto byte = [&](std::size_t i) { return byte_at(data, i); };
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
    const auto has = [](const std::array<bool, 4>& some, int number) {
      return number < 4 && some[static_cast<std::size_t>(number)];
    };
    const int names = byte(2 + 2 * i);
    const bool means = !scan.constants || !scan.begins || has(tables.codes[0], names >> 4),
               others = (frame.progressive && scan.constants) || has(tables.codes[1], names & 15);
    expect(means && others && has(tables.quantisation, component->quantisation), path,
           "JPEG scan: expected Huffman and quantisation tables for component ", component->id,
           " before it");
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

}  // namespace

JpegHeader read_jpeg_header(std::string_view file, const std::string& path) {
  SegmentReader segments(file, path);
  JpegHeader header;
  Frame frame;
  Tables tables;
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
      const Scan scan = parse_scan(data, frame, tables, path);
      check_coded(segments.skip_coded(), scan, frame, interval, path);
    } else if (marker == huffman_tables) {
      add_codes(data, tables, path);
    } else if (marker == quantisation_tables) {
      add_quantisation(data, tables, path);
    } else if ((marker >= application && marker < application + 16) || marker == comment) {
      continue;
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

}  // namespace glass::viz
