// Run body(0..tasks-1) on up to `threads` threads; the first exception is rethrown in the caller.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>
namespace boxscore {
inline int resolve_threads(int threads) {
  return threads > 0 ? threads : std::max(1, int(std::thread::hardware_concurrency()));
}
template <class Body> void parallel_for(size_t tasks, int threads, Body body) {
  std::atomic<size_t> next{0};
  std::exception_ptr failure;
  std::mutex failure_lock;
  auto work = [&] {
    try {
      for (size_t i; (i = next.fetch_add(1)) < tasks;) body(i);
    } catch (...) {
      std::lock_guard<std::mutex> hold(failure_lock);
      if (!failure) failure = std::current_exception();
      next = tasks;
    }
  };
  size_t helpers = std::min<size_t>(size_t(std::max(threads, 1)), tasks);
  std::vector<std::thread> pool;
  for (size_t i = 1; i < helpers; ++i) pool.emplace_back(work);
  work();
  for (auto& t : pool) t.join();
  if (failure) std::rethrow_exception(failure);
}
}  // namespace boxscore
