# What can be chosen, and the flags that follow from it. CMakePresets.json holds the combinations that are tested.

option(WINGMQ_TESTS "Build the test programs (the scripted tests are always there)" ON)
option(WINGMQ_BENCH "Build the benchmarks, where Google Benchmark is installed (bench/load belongs to the program)" ON)
option(WINGMQ_FUZZ "Build tests/fuzz/ with libFuzzer (Clang) instead of as replays of the corpus" OFF)
option(WINGMQ_COVERAGE "Record line coverage (Clang); adds the target `coverage`" OFF)
option(WINGMQ_HARDEN "Compile and link so that a fault of memory is hard to exploit; not beside sanitizers" ON)
option(WINGMQ_INSTALL "Install the libraries and the CMake package; a project that adds this one usually does not want that" ${PROJECT_IS_TOP_LEVEL})
option(WINGMQ_PCH "Precompile the heavy headers" ON)
set(WINGMQ_SANITIZE "" CACHE STRING "Sanitizers for everything, as for -fsanitize=")

get_property(multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT multi_config)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# ccache refuses precompiled headers unless told that the macros and times in them are not to be looked at.
find_program(WINGMQ_CCACHE ccache)
if(WINGMQ_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${WINGMQ_CCACHE})
endif()

find_package(Threads REQUIRED)

# Warnings, for our own code only: never exported, never seen by who links the libraries.
add_library(wingmq_flags INTERFACE)
target_compile_options(wingmq_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion
                       -Wold-style-cast)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(wingmq_flags INTERFACE -Wthread-safety -Werror=thread-safety)
endif()

if(WINGMQ_SANITIZE)
  add_compile_options(-fsanitize=${WINGMQ_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WINGMQ_SANITIZE})
endif()

# The libraries that are installed get the same: they end up in programs that listen, too. FORTIFY needs optimisation, and some
# compilers bring a definition of their own. Which of the others there are depends on compiler and processor.
set(WINGMQ_HARDENED OFF)
if(WINGMQ_HARDEN AND NOT WINGMQ_SANITIZE AND NOT WINGMQ_FUZZ AND NOT WINGMQ_COVERAGE)
  include(CheckCXXCompilerFlag)
  set(CMAKE_REQUIRED_FLAGS -Werror)
  foreach(flag IN ITEMS -fstack-protector-strong -fstack-clash-protection -fcf-protection)
    string(MAKE_C_IDENTIFIER "WINGMQ_HAS${flag}" known)
    check_cxx_compiler_flag(${flag} ${known})
    if(${known})
      add_compile_options(${flag})
    endif()
  endforeach()
  unset(CMAKE_REQUIRED_FLAGS)
  add_compile_options(-fPIE "$<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
  add_link_options(-pie -Wl,-z,relro,-z,now,-z,noexecstack)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Debug AND NOT multi_config)
    set(WINGMQ_HARDENED ON)
  endif()
endif()

if(WINGMQ_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "WINGMQ_FUZZ needs Clang's libFuzzer; the compiler is ${CMAKE_CXX_COMPILER_ID}. "
                        "Use `cmake --preset asan`.")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(WINGMQ_COVERAGE)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
    message(FATAL_ERROR "WINGMQ_COVERAGE needs Clang; the compiler is ${CMAKE_CXX_COMPILER_ID}. "
                        "Use `cmake --preset coverage`.")
  endif()
  add_compile_options(-fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
endif()

# wingmq_precompile(TARGET HEADER...): precompiles headers that most files of the target include anyway.
function(wingmq_precompile target)
  if(NOT WINGMQ_PCH)
    return()
  endif()
  target_precompile_headers(${target} PRIVATE ${ARGN})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # Without the time of day in it, the same header gives the same file and ccache can reuse what includes it.
    target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
