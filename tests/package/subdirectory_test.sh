#!/usr/bin/env bash
# A project of somebody else takes the sources in with add_subdirectory(): it gets the two libraries, and nothing else of ours is built,
# installed or tested there.
#   subdirectory_test.sh REPOSITORY BUILD_DIR CXX_COMPILER
# Builds in BUILD_DIR/subdirectory and leaves that there: the next time only what has changed is compiled.
set -euo pipefail
[[ $# -eq 3 ]] || { echo "usage: $0 REPOSITORY BUILD_DIR CXX_COMPILER" >&2; exit 2; }
repository=$(readlink -f "$1")
dir=$(readlink -f "$2")/subdirectory
compiler=$3

fail() {
  echo "FAILED: $*"
  exit 1
}

mkdir -p "$dir"
rm -rf "$dir/consumer"
cp -r "$repository/tests/package/consumer" "$dir/consumer"
{
  # Without optimization, many files together: what matters is that it builds.
  cmake -G Ninja -S "$dir/consumer" -B "$dir/build" -DWINGMQ_SOURCE="$repository" -DCOMPONENT=net -DPROGRAM=test_broker \
    -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG=-O0 \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=12 &&
    cmake --build "$dir/build"
} >"$dir/log" 2>&1 || { cat "$dir/log"; fail "a project with add_subdirectory(wingmq) does not build"; }

targets=$(ninja -C "$dir/build" -t targets all | grep -E '^wingmq/[^:]*\.(a|so|o):' | cut -d : -f 1)
if others=$(grep -vE '^wingmq/(core|net)/' <<<"$targets"); then fail "more than the libraries is built: $others"; fi
# Asked with a folder of nobody's: were there rules to install, they would run.
cmake --install "$dir/build" --prefix "$dir/prefix" >>"$dir/log" 2>&1 || fail "cmake --install"
[[ ! -e $dir/prefix ]] || fail "the libraries are installed together with the project that uses them"
"$dir/build/consumer" || fail "the program built with add_subdirectory(wingmq) exits with $?"
echo "add_subdirectory() gives the libraries"
