#!/usr/bin/env bash
# What `cmake --install` puts down is complete: the program runs from there, and a project of somebody else builds an
# embedded broker against it with find_package(wingmq).
#   package_test.sh BUILD_DIR CXX_COMPILER VERSION
set -euo pipefail
[[ $# -eq 3 ]] || { echo "usage: $0 BUILD_DIR CXX_COMPILER VERSION" >&2; exit 2; }
build=$(readlink -f "$1")
compiler=$2
version=$3
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}

cmake --install "$build" --prefix "$dir/prefix" >"$dir/install.log" || { cat "$dir/install.log"; fail "cmake --install"; }

printed=$("$dir/prefix/bin/wingmq" --version)
[[ $printed == *"$version"* ]] || fail "wingmq --version printed '$printed', not $version"
for document in README.md LICENSE CHANGELOG.md; do
  [[ -s $dir/prefix/share/doc/wingmq/$document ]] || fail "$document is not installed"
done
if leaked=$(grep -rIlF -e "$build" -e "$(readlink -f "$here/../..")" "$dir/prefix"); then
  fail "an installed text file names the build or source folder: $leaked"
fi

# The consumer must find the installed headers, not ours: it is built from a copy, outside the source tree.
cp -r "$here/consumer" "$dir/consumer"
# build_consumer PROGRAM COMPONENT
build_consumer() {
  cmake -G Ninja -S "$dir/consumer" -B "$dir/build-$1" -DPROGRAM="$1" -DCOMPONENT="$2" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$dir/prefix" && cmake --build "$dir/build-$1"
}

check_consumer() {
  build_consumer "$@" >"$dir/consumer.log" 2>&1 || { cat "$dir/consumer.log"; fail "$1.cc does not build with wingmq::$2"; }
  "$dir/build-$1/consumer" || fail "$1.cc, built with wingmq::$2, exits with $?"
}

check_consumer core core
check_consumer net net
check_consumer test_broker net
echo "the installed package works"
