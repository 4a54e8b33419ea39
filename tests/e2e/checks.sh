# For scripts that try the program: `source checks.sh PATH_TO_WINGMQ`. Gives them $wingmq, a folder $dir that goes at the end
# together with the processes in `pids`, and checks; `finish` ends the script. Prints a line for each failed check.
set -u
export LC_ALL=C

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: $0 PATH_TO_WINGMQ" >&2
  exit 2
fi
wingmq=$(readlink -f "$1")

# needs COMMAND...: skips the script where one of them is not installed.
needs() {
  local command
  for command in "$@"; do
    command -v "$command" >/dev/null || { echo "SKIPPED: $command is not installed"; exit 77; }
  done
}

dir=$(mktemp -d)
pids=()
checks=0
failures=0

cleanup() {
  local each
  for each in ${pids[@]+"${pids[@]}"}; do kill -KILL "$each" 2>/dev/null; done
  wait 2>/dev/null
  rm -rf "$dir"
}
trap cleanup EXIT

fail() {
  failures=$((failures + 1))
  echo "FAILED: $1"
  shift
  printf '    %s\n' "$@"
}

# is NAME EXPECTED ACTUAL
is() {
  checks=$((checks + 1))
  [ "$2" = "$3" ] || fail "$1" "expected: $2" "actual:   $3"
}

# has NAME PART TEXT
has() {
  checks=$((checks + 1))
  case $3 in *"$2"*) ;; *) fail "$1" "expected a text with: $2" "actual: $3" ;; esac
}

# lacks NAME PART TEXT
lacks() {
  checks=$((checks + 1))
  case $3 in *"$2"*) fail "$1" "expected a text without: $2" "actual: $3" ;; esac
}

# like NAME PATTERN TEXT: the whole text matches the extended regular expression.
like() {
  checks=$((checks + 1))
  [[ $3 =~ ^($2)$ ]] || fail "$1" "expected: $2" "actual:   $3"
}

finish() {
  echo "$checks checks, $failures failed"
  [ "$failures" -eq 0 ]
  exit
}
