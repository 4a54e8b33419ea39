#!/usr/bin/env bash
# Looks at every tracked text file of the repository for what no compiler notices.
#   lint_test.sh REPOSITORY
# Prints one line for each finding and exits 1 when there was one.
set -euo pipefail
export LC_ALL=C
cd "$1"
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "SKIPPED: not a git work tree"; exit 77; }

# Inputs of fuzzers and recorded messages are data: their bytes are their meaning.
mapfile -t files < <(git ls-files | grep -vE '^tests/(fuzz/corpus|[a-z]+/data)/' | while read -r f; do
  [[ -f $f ]] && echo "$f"
done)
mapfile -t sources < <(printf '%s\n' "${files[@]}" | grep -E '\.(cc|h)$')
mapfile -t headers < <(printf '%s\n' "${sources[@]}" | grep '\.h$')
mapfile -t scripts < <(grep -lE '^#!/usr/bin/env bash' "${files[@]}" || true)

findings=$(
  for file in "${files[@]}"; do
    [[ ! -s $file || -z $(tail -c 1 "$file") ]] || echo "$file: no newline at the end"
  done
  grep -nE '[[:space:]]+$' "${files[@]}" | grep -vE '^LICENSE:' | sed 's/$/ <- blanks at the end of the line/' || true
  grep -nP '\t' "${sources[@]}" | sed 's/$/ <- a tab/' || true
  grep -nE '(^|[^A-Za-z0-9_.])/(work|root|tmp/[a-z])[/a-z]' "${files[@]}" | grep -v '^tests/package/lint_test.sh:' |
    sed 's/$/ <- a path of one machine/' || true
  grep -nE '\b(TODO|FIXME|XXX)\b' "${files[@]}" | grep -vE '(TODO|FIXME)\(#[0-9]+\)|^tests/package/lint_test.sh:' |
    sed 's/$/ <- write TODO(#number), with the issue where it is kept/' || true
  grep -LE '^#pragma once$' "${headers[@]}" | sed 's/$/: a header without #pragma once/' || true
  grep -nE '^using namespace std;|\bsleep_for\b|\busleep\(' "${sources[@]}" | grep -v '^bench/' |
    sed 's/$/ <- no using namespace std, no sleeping/' || true
  for file in "${sources[@]}"; do
    awk -v file="$file" -v max=120 'length($0) > 3 * max { print file ":" FNR ": a line of " length($0) " bytes" }' "$file"
  done
  for file in "${scripts[@]}"; do
    [[ -x $file ]] || echo "$file: a script that cannot be executed"
    bash -n "$file" || echo "$file: does not parse"
  done
)

if [[ -n $findings ]]; then
  echo "$findings"
  exit 1
fi
echo "${#files[@]} files are clean"
