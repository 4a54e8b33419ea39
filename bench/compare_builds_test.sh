#!/usr/bin/env bash
# bench/compare-builds on one build beside itself: the table is whole, and what is wrong is named.
# shellcheck disable=SC2016  # backquotes are meant as they stand
set -euo pipefail
build=$1
compare=$(dirname "${BASH_SOURCE[0]}")/compare-builds

fail() {
  echo "$*" >&2
  exit 1
}
# expect_refusal EXIT_CODE TEXT WORD...
expect_refusal() {
  local code=0 output
  output=$("$compare" "${@:3}" 2>&1) || code=$?
  [[ $code == "$1" && $output == *"$2"* ]] || fail "exit code $code, expected $1 with \`$2\`: $output"
}

table=$("$compare" --filter '^lease_and_confirm/1' --repeats 2 --seconds 0.001 "$build" "$build")
[[ $(wc -l <<<"$table") == 4 ]] || fail "two rows under a head of two lines were expected: $table"
grep -qE '^\| lease_and_confirm/16 \| [0-9.,]+ \| [0-9.,]+ \| [0-9]+\.[0-9]{3} \| [0-9.]+ to [0-9.]+ \|$' <<<"$table" || fail "$table"
alone=$("$compare" --load '--mode send --batch 1 --requests 10 --warm-up 0 --server-option memory-limit=64M' --repeats 1 "$build")
grep -qE '^\| send, messages a second \| [0-9.,]+ \|' <<<"$alone" || fail "$alone"

# Only where the benchmarks could be built with valgrind's header.
if command -v valgrind >/dev/null && [[ -e /usr/include/valgrind/callgrind.h ]]; then
  counted=$("$compare" --instructions --filter '^lease_and_confirm/1$' "$build" "$build")
  grep -qE '^\| lease_and_confirm/1 \| [0-9,]+ \| [0-9,]+ \| [01]\.[0-9]{3} \|' <<<"$counted" || fail "$counted"
fi

expect_refusal 2 '--repeats needs a value' --repeats
expect_refusal 2 '`--fast` is not an option' --fast "$build"
expect_refusal 2 'one or two build directories'
expect_refusal 2 'is missing' "$build/nowhere"
expect_refusal 1 'no benchmark is called like `nix`' --filter nix "$build"
