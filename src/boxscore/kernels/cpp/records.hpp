// Lists of like JSON objects into columns, by a schema. Regular records take the fast lane; every
// other one is noted by its byte range and left to a careful reader.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "boxes.hpp"
#include "json_cursor.hpp"
#include "mapped_file.hpp"

namespace boxscore {
enum class FieldKind : uint8_t { integer, number, box, id, text, flag, span, segmentation };
struct Field {
  std::string key;
  FieldKind kind;
  bool required;
};
using Fields = std::vector<Field>;
FieldKind field_kind(const std::string& name);

// Texts that occur often, each kept once.
struct Interned {
  std::vector<std::string> texts;
  int64_t intern(std::string_view text);

 private:
  std::unordered_map<std::string, int64_t> lookup_;
};

enum class SegmentationKind : uint8_t { absent, polygons, compressed, counts, empty };
struct SegmentationColumn {
  std::vector<uint8_t> kind;
  std::vector<int64_t> size;  // height and width of run lengths, two a row
  std::vector<double> coordinates;
  std::vector<int64_t> part_ends, object_ends;  // ends of parts in coordinates, of objects in parts
  std::vector<uint8_t> compressed;
  std::vector<int64_t> compressed_ends, counts, counts_ends;
  void append(const SegmentationColumn& other);
};

// One field of all records; only the vectors that its kind needs are filled.
struct Column {
  std::vector<uint8_t> present;  // only for fields that may be absent
  std::vector<uint8_t> flags;
  std::vector<int64_t> integers;  // also codes of text ids, and ends of texts
  std::vector<double> numbers;
  std::vector<Box> boxes;
  std::vector<std::array<int64_t, 3>> spans;  // record, begin, end: of those alone that have it
  Interned interned;
  bool is_text = false, kind_known = false;
  std::string texts;
  SegmentationColumn segmentation;
};

struct OddSpan {
  int64_t ordinal, begin, end;
};

struct Records {
  const Fields* fields = nullptr;
  std::vector<Column> columns;
  size_t count = 0;             // regular records
  std::vector<int64_t> ordinal; // of each regular one in the list; empty while none was odd
  std::vector<OddSpan> odd;
  size_t total() const { return count + odd.size(); }
};

// Reads records one after the other into columns.
class RecordReader {
 public:
  RecordReader(const Fields& fields, Records& out);
  // Fixes which id columns hold text, from records read elsewhere.
  void adopt_id_kinds(const Records& other);
  // Makes room for the records of that much text: address space, not memory, until it is written.
  void reserve(size_t bytes);
  void read(JsonCursor& cursor);  // one record; the cursor stands at its first byte

 private:
  struct Cell {
    bool present;
    const char* start;
    int64_t integer;
    double number;
    Box box;
    std::array<int64_t, 2> span;
    std::string text;
  };
  int next_key(JsonCursor& c);
  void stray();
  void read_object(JsonCursor& c);
  void read_value(JsonCursor& c, size_t field);
  void read_id(JsonCursor& c, size_t field);
  void note_key(JsonCursor& c, std::string_view key);
  void commit();
  void note_odd(JsonCursor& c, const char* start);

  struct Key {
    int field;           // -1: no field has it
    std::string quoted;  // as it stands in the file; empty if with escapes
  };
  const Fields& fields_;
  Records& out_;
  std::vector<Key> order_;  // keys of the record before
  size_t at_ = 0;
  bool strayed_ = false;  // this record's keys are not those of the record before
  std::vector<Cell> cells_;
  std::vector<std::string> unknown_;  // keys of a record that strayed and that no field has
  std::string store_;
  bool seen_any_ = false;
};

// Segmentations are written straight into their column and cut off again if the record is odd.
struct SegmentationMark {
  size_t coordinates, parts, compressed, counts;
};
SegmentationMark mark_of(const SegmentationColumn& column);
void cut_back(SegmentationColumn& column, const SegmentationMark& mark);
struct SegmentationValue {
  SegmentationKind kind = SegmentationKind::absent;
  std::array<int64_t, 2> size{0, 0};
};
SegmentationValue read_segmentation(JsonCursor& c, SegmentationColumn& out, std::string& store);

// A list read window by window, each split over threads, so that no more than one is in memory.
class ListScan {
 public:
  ListScan(const Text& text, const Fields& fields, int threads);
  // The records of about so many more bytes as pieces in file order; none when the list has ended.
  std::vector<Records> pieces(size_t bytes);
  // The same in one; ordinals count from the window's first record.
  std::optional<Records> next(size_t bytes);

 private:
  const Text& text_;
  const Fields& fields_;
  int threads_;
  const char* at_ = nullptr;  // the next record; null: the list has ended
  Records known_;             // kinds of ids that earlier pieces settled
};

// A list of records, in one go or split over threads.
Records scan_list(const Text& text, const Fields& fields, int threads);
// The same as pieces in file order, for callers that put them together in their own way.
std::vector<Records> scan_pieces(const Text& text, const Fields& fields, int threads);
// Lists that are members of one object, by key; a key that the object lacks stays absent.
struct Member {
  std::string key;
  Fields fields;
  Records records;
  bool found = false;
};
void scan_members(const Text& text, std::vector<Member>& members);
}  // namespace boxscore
