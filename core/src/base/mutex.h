#pragma once

#include <mutex>
#include <shared_mutex>

#if defined(__clang__)
#define WINGMQ_TSA(x) __attribute__((x))
#else
#define WINGMQ_TSA(x)
#endif

#define GUARDED_BY(mutex) WINGMQ_TSA(guarded_by(mutex))
#define REQUIRES(mutex) WINGMQ_TSA(requires_capability(mutex))
#define EXCLUDES(mutex) WINGMQ_TSA(locks_excluded(mutex))

namespace wingmq {

/// std::mutex, known to Clang's thread-safety analysis.
class WINGMQ_TSA(capability("mutex")) Mutex {
 public:
  void lock() WINGMQ_TSA(acquire_capability()) { mutex_.lock(); }
  void unlock() WINGMQ_TSA(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// std::shared_mutex, known to Clang's thread-safety analysis.
class WINGMQ_TSA(capability("mutex")) SharedMutex {
 public:
  void lock() WINGMQ_TSA(acquire_capability()) { mutex_.lock(); }
  void unlock() WINGMQ_TSA(release_capability()) { mutex_.unlock(); }
  void lock_shared() WINGMQ_TSA(acquire_shared_capability()) { mutex_.lock_shared(); }
  void unlock_shared() WINGMQ_TSA(release_shared_capability()) { mutex_.unlock_shared(); }

 private:
  std::shared_mutex mutex_;
};

/// Holds a Mutex for the life of a scope.
class WINGMQ_TSA(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) WINGMQ_TSA(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() WINGMQ_TSA(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// Holds a SharedMutex alone for the life of a scope.
class WINGMQ_TSA(scoped_lockable) WriteLock {
 public:
  explicit WriteLock(SharedMutex& mutex) WINGMQ_TSA(acquire_capability(mutex)) : mutex_(mutex) { mutex_.lock(); }
  ~WriteLock() WINGMQ_TSA(release_capability()) { mutex_.unlock(); }
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;

 private:
  SharedMutex& mutex_;
};

/// Holds a SharedMutex together with other readers for the life of a scope.
class WINGMQ_TSA(scoped_lockable) ReadLock {
 public:
  explicit ReadLock(SharedMutex& mutex) WINGMQ_TSA(acquire_shared_capability(mutex)) : mutex_(mutex) {
    mutex_.lock_shared();
  }
  ~ReadLock() WINGMQ_TSA(release_generic_capability()) { mutex_.unlock_shared(); }
  ReadLock(const ReadLock&) = delete;
  ReadLock& operator=(const ReadLock&) = delete;

 private:
  SharedMutex& mutex_;
};

}  // namespace wingmq
