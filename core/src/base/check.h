#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process when an invariant of ours is broken, naming it: going on would spread wrong answers. On in every build.
#define WINGMQ_CHECK(condition, invariant)                                                             \
  do {                                                                                                 \
    if (!(condition)) [[unlikely]] {                                                                   \
      std::fprintf(stderr, "wingmq: broken invariant: %s (%s:%d)\n", invariant, __FILE__, __LINE__);   \
      std::abort();                                                                                    \
    }                                                                                                  \
  } while (false)
