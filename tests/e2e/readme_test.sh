#!/usr/bin/env bash
# Runs the shell blocks of README.md against a server started as tools/run starts it, and compares what they print with
# the ```text block that follows. Ids and handlers differ from run to run and count as equal.
#   readme_test.sh PATH_TO_WINGMQ
set -euo pipefail
export LC_ALL=C

[[ $# -eq 1 && -x $1 ]] || { echo "usage: $0 PATH_TO_WINGMQ" >&2; exit 2; }
command -v curl >/dev/null || { echo "SKIPPED: curl is not installed"; exit 77; }
wingmq=$(readlink -f "$1")
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

dir=$(mktemp -d)
server=
cleanup() {
  [[ -z $server ]] || kill -KILL "$server" 2>/dev/null || true
  rm -rf "$dir"
}
trap cleanup EXIT

fail() {
  echo "FAILED: $*"
  exit 1
}

# blocks LANGUAGE: the lines inside README's fenced blocks of that language.
blocks() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/{/^\`\`\`/!p}" README.md; }

# What differs from run to run, replaced by its name.
mask() { sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/ID/g; s/(handler\\":\\")[^\\]*/\1HANDLER/g'; }

# The options of tools/run, so that both show the same queue.
line=$(sed -n 's|^exec build/release/tools/wingmq serve \(.*\) "\$@"$|\1|p' tools/run)
[[ -n $line ]] || fail "tools/run does not say how it starts the server"
options=()
eval "options=($line)"

mkfifo "$dir/out"
"$wingmq" serve --listen 127.0.0.1:0 "${options[@]}" >"$dir/out" 2>"$dir/err" &
server=$!
exec 3<"$dir/out"
{ read -r -t 20 event <&3 && read -r -t 20 ready <&3 && [[ $ready == Ready. ]]; } ||
  fail "the server did not come up: $(cat "$dir/err")"
port=$(sed -n 's/.*"port":\([0-9]*\).*/\1/p' <<<"$event")

blocks sh | grep -v '^tools/' | sed "s/127\.0\.0\.1:9080/127.0.0.1:$port/g" >"$dir/commands"
grep -q "127.0.0.1:$port" "$dir/commands" || fail "README.md has no command for port 9080"
blocks text | mask >"$dir/expected"
[[ -s $dir/expected ]] || fail "README.md shows no output"
bash -eu "$dir/commands" >"$dir/printed" 2>&1 || fail "README's commands exit with $?: $(cat "$dir/printed")"
mask <"$dir/printed" | diff -u --label README.md --label printed "$dir/expected" - ||
  fail "README.md shows other output than its commands print; they printed: $(cat "$dir/printed")"

kill -TERM "$server"
status=0
wait "$server" || status=$?
server=
((status == 0)) || fail "the server ended with $status"
echo "README.md is true"
