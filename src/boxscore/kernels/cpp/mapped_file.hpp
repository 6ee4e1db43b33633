// A read-only view of a file's bytes, and of a document that is one.
#pragma once
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>

namespace boxscore {
class MappedFile {
 public:
  explicit MappedFile(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw std::system_error(errno, std::generic_category(), path);
    struct stat st;
    if (fstat(fd, &st) == 0) size_ = size_t(st.st_size);
    if (size_) at_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
    const int error = errno;
    close(fd);
    if (at_ == MAP_FAILED) {
      at_ = nullptr;
      throw std::system_error(error, std::generic_category(), path);
    }
  }
  ~MappedFile() { if (at_) munmap(at_, size_); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  const char* begin() const { return static_cast<const char*>(at_); }
  const char* end() const { return begin() + size_; }
  // Whole pages in [from, to) are not needed for now; keeps resident memory low.
  void forget(const char* from, const char* to) const {
    constexpr size_t page = 4096, around = 1 << 16;  // a fault maps its neighbours too, let go or not
    const size_t first = size_t(from - begin());
    const size_t a = first > around ? (first - around) / page * page : 0, b = size_t(to - begin()) / page * page;
    if (b > a) madvise(static_cast<char*>(at_) + a, b - a, MADV_DONTNEED);
  }

 private:
  void* at_ = nullptr;
  size_t size_ = 0;
};

// A document's bytes: those of a mapped file, whose pages can be let go, or the caller's own.
struct Text {
  const char *begin = nullptr, *end = nullptr;
  const MappedFile* file = nullptr;
  std::atomic<uint64_t>* read = nullptr;  // how much of it was passed, for a progress bar
  Text() = default;
  Text(const char* from, const char* to) : begin(from), end(to) {}
  explicit Text(const MappedFile& mapped) : begin(mapped.begin()), end(mapped.end()), file(&mapped) {}
  size_t size() const { return size_t(end - begin); }
  // A reader is through with these bytes, at least for now.
  void passed(const char* from, const char* to) const {
    if (file) file->forget(from, to);
    if (read) *read += uint64_t(to - from);
  }
};
}  // namespace boxscore
