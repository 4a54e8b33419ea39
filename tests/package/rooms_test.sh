#!/usr/bin/env bash
# The rooms of core/src and net/src: a folder includes only what lies below it; no file and no function, tests included, is too
# long to read.
#   rooms_test.sh REPOSITORY
# Prints one line for each finding and exits 1 when there was one.
set -euo pipefail
export LC_ALL=C
cd "$1"

lines_of_a_file=500
lines_of_a_function=70

# Lowest first. What stands beside the folders binds them, and lies above them all.
core_rooms=(base buffer log group)
net_rooms=(text http access operations control)

# check_arrows SOURCE ROOM...: includes of a room that lies above the file's own.
check_arrows() {
  local source=$1
  shift
  find "$source" -name '*.h' -o -name '*.cc' | sort | xargs awk -v source="$source" -v names="$*" '
    BEGIN { count = split(names, room, " "); for (i = 1; i <= count; ++i) storey[room[i]] = i }
    function storey_of(path) {
      if (path !~ /\//) return count + 1
      sub(/\/.*/, "", path)
      return path in storey ? storey[path] : 0
    }
    FNR == 1 { file = FILENAME; sub("^" source "/", "", file); own = storey_of(file)
               if (own == 0) print FILENAME ": its folder is not one of: " names }
    /^#include "/ && $0 !~ /"wingmq\// {
      split($0, part, "\""); other = storey_of(part[2])
      if (other == 0) print FILENAME ":" FNR ": " part[2] " is named without its folder, or lies in none of: " names
      if (other > own) print FILENAME ":" FNR ": " file " must not use " part[2] ", which lies above it"
    }'
}

# net knows engines by their face alone: which one there is, tools decide; and the TestBroker, which owns one.
check_seam() {
  grep -rnE '#include [<"]wingmq/(broker|memory_engine)\.h[>"]' net | grep -vE '^net/(src|include/wingmq/net)/test_broker\.(cc|h):' | sed 's/$/: net includes wingmq\/engine.h only/' || true
}

# A function is what lies between a head that ends in `{` and the bracket of the same indentation. A head may take several lines:
# it goes on while a parenthesis is open, and with the `:` of a constructor.
check_lengths() {
  awk -v longest="$lines_of_a_function" -v all="$lines_of_a_file" '
    FNR > all && !(FILENAME in told) { told[FILENAME] = 1; print FILENAME ": more than " all " lines" }
    FNR == 1 { delete begin; open = 0 }
    {
      if (open <= 0 && !/^ *: /) { open = 0; first = FNR; head = $0; match($0, /^ */); indent = RLENGTH }
      line = $0; opened = gsub(/\(/, "", line); closed = gsub(/\)/, "", line)
      open += opened - closed
    }
    /\) ?[^;{}=]*\{$/ && head !~ /^ *(namespace|class|struct|enum|union|if|for|while|switch|do|else|try|\}|case)/ { begin[indent] = first }
    /[;{}]$/ { open = 0 }
    /^ *\}/ {
      match($0, /^ */)
      if (RLENGTH in begin) {
        if (FNR - begin[RLENGTH] + 1 > longest) print FILENAME ":" begin[RLENGTH] ": a function of " FNR - begin[RLENGTH] + 1 " lines"
      }
      for (each in begin) if (each + 0 >= RLENGTH) delete begin[each]
    }' "$@"
}

mapfile -t sources < <(find core net tools bench tests -name '*.h' -o -name '*.cc' -o -name '*.java' | sort)
findings=$(
  check_arrows core/src "${core_rooms[@]}"
  check_arrows net/src "${net_rooms[@]}"
  check_seam
  check_lengths "${sources[@]}"
)
if [[ -n $findings ]]; then
  echo "$findings"
  exit 1
fi
echo "${#sources[@]} files: every arrow points down, nothing is too long"
