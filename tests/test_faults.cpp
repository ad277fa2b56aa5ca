#include <doctest/doctest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <functional>
#include <new>

#include "autograd/storage_pool.hpp"
#include "autograd/threads.hpp"
#include "nn/io/description.hpp"
#include "nn/io/files.hpp"
#include "nn/io/model_file.hpp"
#include "nn/io/weights.hpp"
#include "optim/adam.hpp"
#include "tensors.hpp"
#include "test_data_files.hpp"
#include "viz/maximise.hpp"
#include "viz/pictures/npy.hpp"
#include "viz/pictures/png.hpp"

/// What happens when memory or the disk gives out, as SQLite's tests find out: the first request
/// fails, then the second, then the third, until the work is done without reaching the one that
/// would fail. This program replaces `operator new`, and the linker hands it the calls of open,
/// write, fsync and rename.
namespace {

struct Fault {
  std::atomic<long> left{-1};  ///< requests until the one that fails; negative: none will
  bool strikes() { return left >= 0 && left-- == 0; }
};
Fault memory, disk;
std::atomic<long> blocks{0};  ///< allocated and not yet freed

void* allocate(std::size_t size, std::size_t alignment) {
  if (memory.strikes()) throw std::bad_alloc();
  void* block = std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
  if (!block) throw std::bad_alloc();
  ++blocks;
  return block;
}

void release(void* block) noexcept {
  if (block) --blocks;
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { release(block); }

extern "C" {
int __real_open(const char* path, int flags, ...);
ssize_t __real_write(int file, const void* bytes, std::size_t size);
int __real_fsync(int file);
int __real_rename(const char* from, const char* to);

int __wrap_open(const char* path, int flags, ...) {
  if (disk.strikes()) return errno = EMFILE, -1;
  va_list mode;
  va_start(mode, flags);
  const int file = __real_open(path, flags, va_arg(mode, int));
  va_end(mode);
  return file;
}
/// Writes half of what it should at first, as a disk does that fills up.
ssize_t __wrap_write(int file, const void* bytes, std::size_t size) {
  if (disk.strikes()) return errno = ENOSPC, -1;
  return __real_write(file, bytes, size > 1 ? size / 2 : size);
}
int __wrap_fsync(int file) { return disk.strikes() ? (errno = EIO, -1) : __real_fsync(file); }
int __wrap_rename(const char* from, const char* to) {
  return disk.strikes() ? (errno = EACCES, -1) : __real_rename(from, to);
}
}

using namespace glass;
using testing::numbers;

namespace {

/// Does `work` with the first request failing, then with the second, and so on until it succeeds;
/// `check` looks at what each failure left behind. Returns how often it failed.
template <class Exception>
int fail_every(
    Fault& fault, const std::function<void()>& work, const std::function<void()>& check = [] {}) {
  work();  // what is made once and kept is made now
  for (int n = 0;; ++n) {
    release_free_storage();
    const long before = blocks;
    bool failed = false;
    fault.left = n;
    try {
      work();
    } catch (const Exception&) {
      failed = true;
    }
    fault.left = -1;
    if (!failed) return n;
    release_free_storage();
    const long leaked = blocks - before;  // doctest allocates as well
    CHECK_MESSAGE(leaked == 0, "request ", n);
    check();
  }
}

struct Workshop {
  TemporaryFolder folder;
  std::string path = folder / "squares.json";
  nn::Model model;

  Workshop() {
    data_files::write(path, data_files::square_model);
    model = nn::load_description(path, 1);
    nn::save_model(model, path);
  }
};

Tensor squares(Index count) {
  Rng rng(2);
  return Tensor::uniform({count, 1, 12, 12}, rng);
}

}  // namespace

TEST_CASE("faults: saving leaves the old file or the new one") {
  Workshop shop;
  for (const char* name :
       {"squares.json", "squares.safetensors", "weights.json", "x.png", "x.npy"}) {
    CAPTURE(name);
    const std::string path = shop.folder / name,
                      extension = std::filesystem::path(path).extension();
    const auto save = [&] {
      if (extension == ".png") {
        viz::write_png(path, viz::to_image(squares(1), 0), "some text");
      } else if (extension == ".npy") {
        viz::write_npy(path, squares(1));
      } else if (name == std::string("squares.json")) {
        nn::save_model(shop.model, path);
      } else {
        nn::save_weights(shop.model, path);
      }
    };
    save();
    const std::string whole = slurp(path);
    REQUIRE_FALSE(whole.empty());
    const auto is_old_or_new = [&] {
      const std::string bytes = slurp(path);
      CHECK((bytes == "old" || bytes == whole));
      for (const auto& entry : std::filesystem::directory_iterator(shop.folder / "")) {
        CHECK(entry.path().extension() != ".tmp");
      }
      data_files::write(path, "old");
    };
    CHECK(fail_every<std::bad_alloc>(memory, save, is_old_or_new) > 5);
    CHECK(fail_every<IoError>(disk, save, is_old_or_new) > 5);
    CHECK(slurp(path) == whole);
  }
}

TEST_CASE("faults: reading what was written") {
  const TemporaryFolder folder;
  const std::string png = folder / "x.png", npy = folder / "x.npy";
  viz::write_png(png, viz::to_image(squares(1), 0), "");
  viz::write_npy(npy, squares(1));
  CHECK(fail_every<std::bad_alloc>(memory, [&] { viz::read_png(png, 1); }) > 2);
  CHECK(fail_every<std::bad_alloc>(memory, [&] { viz::read_npy(npy); }) > 2);
}

TEST_CASE("faults: a model is loaded or left as it was, and a refusal is told whole") {
  Workshop shop;
  const std::vector<real> trained = numbers(shop.model);
  nn::save_weights(shop.model, shop.folder / "weights.json");
  for (const char* name : {"squares.safetensors", "weights.json"}) {
    CAPTURE(name);
    nn::Model model = nn::load_description(shop.path, 2);
    const std::vector<real> fresh = numbers(model);
    const std::vector<Tensor> parameters = nn::tensors(model.parameters());
    const auto load = [&] {
      const real* value = fresh.data();
      for (const Tensor& tensor : parameters) {
        std::copy_n(value, tensor.size(), tensor.mutable_data());
        value += tensor.size();
      }
      nn::load_weights(model, shop.folder / name);
    };
    CHECK(fail_every<std::bad_alloc>(memory, load, [&] { CHECK(numbers(model) == fresh); }) > 50);
    CHECK(numbers(model) == trained);
  }
  const std::string json = data_files::square_model;
  std::string impossible = json;
  impossible.replace(impossible.find("288"), 3, "289");
  const std::string refused[] = {impossible, json.substr(0, 300), "[[[[[[[[[[[["};
  CHECK(fail_every<std::bad_alloc>(memory, [&] { nn::parse_description(json, "m", 0); }) > 50);
  for (const std::string& text : refused) {
    CAPTURE(text);
    std::string whole;
    const auto refuse = [&] {
      try {
        nn::parse_description(text, "m", 0);
      } catch (const FileError& error) {
        if (whole.empty()) whole = error.what();
        if (whole != error.what()) throw;
      }
    };
    CHECK(fail_every<std::bad_alloc>(memory, refuse) > 10);
  }
}

TEST_CASE("faults: a training step and a maximising step, with and without helper threads") {
  Workshop shop;
  const std::vector<Index> labels(64, 1);
  const Tensor images = squares(64);
  for (const int threads : {1, 3}) {
    CAPTURE(threads);
    kernels::set_threads(threads);
    nn::Model trained = nn::load_model(shop.path);
    trained.requires_grad(true);
    optim::Adam adam(nn::tensors(trained.parameters()));
    const auto train = [&] {
      const struct Forget {
        optim::Adam& adam;
        ~Forget() { adam.zero_grad(); }
      } gradients{adam};
      cross_entropy(trained(images), labels).backward();
      adam.step();
    };
    CHECK(fail_every<std::bad_alloc>(memory, train) > 50);

    const viz::Objective objective(shop.model, "logit:1");
    const std::vector<real> weights = numbers(shop.model);
    const auto maximise = [&] { viz::maximise(shop.model, objective, squares(1), {.steps = 1}); };
    CHECK(fail_every<std::bad_alloc>(memory, maximise,
                                     [&] { CHECK(numbers(shop.model) == weights); }) > 50);
  }
  kernels::set_threads(0);
}
