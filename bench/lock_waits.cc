#include "lock_waits.h"

#include <dlfcn.h>
#include <pthread.h>

namespace {

thread_local std::uint64_t waits = 0;

/// The system's own function of that name.
template <typename Lock>
int wait_for(Lock* lock, const char* function) {
  ++waits;
  return reinterpret_cast<int (*)(Lock*)>(::dlsym(RTLD_NEXT, function))(lock);
}

}  // namespace

std::uint64_t wingmq::bench::lock_waits() noexcept { return waits; }

// std::mutex and std::shared_mutex come here. Who waits looks the function up each time, which waiting hides.
extern "C" {

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  return ::pthread_mutex_trylock(mutex) == 0 ? 0 : wait_for(mutex, "pthread_mutex_lock");
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
  return ::pthread_rwlock_tryrdlock(lock) == 0 ? 0 : wait_for(lock, "pthread_rwlock_rdlock");
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
  return ::pthread_rwlock_trywrlock(lock) == 0 ? 0 : wait_for(lock, "pthread_rwlock_wrlock");
}

}
