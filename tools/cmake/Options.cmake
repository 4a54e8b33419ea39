option(WINGMQ_TESTS "Build the tests" ON)
option(WINGMQ_BENCH "Build the benchmarks" ON)
set(WINGMQ_SANITIZE "" CACHE STRING "Sanitizers for everything, as for -fsanitize=")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

find_package(Threads REQUIRED)

add_library(wingmq_flags INTERFACE)
target_compile_options(wingmq_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                       -Wnon-virtual-dtor -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(wingmq_flags INTERFACE -Wthread-safety -Werror=thread-safety)
endif()
if(WINGMQ_SANITIZE)
  add_compile_options(-fsanitize=${WINGMQ_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WINGMQ_SANITIZE})
endif()
