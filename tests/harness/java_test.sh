#!/usr/bin/env bash
# The Java harness: built without JUnit but for its extension, its tests, and what its README.md shows.
#   java_test.sh PATH_TO_WINGMQ
set -euo pipefail

[[ $# -eq 1 && -x $1 ]] || { echo "usage: $0 PATH_TO_WINGMQ" >&2; exit 2; }
WINGMQ_BINARY=$(readlink -f "$1")
export WINGMQ_BINARY
root=$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../..")
source=$root/tools/java
junit=${WINGMQ_JUNIT:-/usr/share/java/junit-platform-console-standalone.jar}

missing=()
version=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p') || true
((${version:-0} >= 17)) || missing+=("JDK 17 (default-jdk-headless)")
[[ -f $junit ]] || missing+=("JUnit 5 (junit5)")
if ((${#missing[@]} > 0)); then
  echo "SKIPPED: there is no $(printf '%s, no ' "${missing[@]}" | sed 's/, no $//'); apt-get install default-jdk-headless junit5"
  exit 77
fi

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/examples" "$dir/tests"

# block NUMBER FILE: the README's block of Java of that number.
block() {
  awk -v wanted="$1" '/^```/ { inside = $0 == "```java" && ++number == wanted; next } inside' "$source/README.md" >"$2"
}

compile=(javac --release 17 -encoding UTF-8 -J-XX:TieredStopAtLevel=1 -Xlint:all -Werror)
"${compile[@]}" -Xdoclint:all/protected -d "$dir/classes" "$source"/wingmq/*.java
"${compile[@]}" -Xdoclint:all/protected -cp "$dir/classes:$junit" -d "$dir/extension" "$source"/wingmq/junit/*.java

block 1 "$dir/examples/Orders.java"
block 2 "$dir/examples/OrdersTest.java"
all=$dir/classes:$dir/extension:$dir/tests:$junit
"${compile[@]}" -cp "$all" -d "$dir/tests" "$source"/test/wingmq/*.java "$dir"/examples/*.java

run=(java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Dfile.encoding=UTF-8)
said=$("${run[@]}" -cp "$dir/classes:$dir/tests" Orders)
[[ $said == $'hello\nhello\nhello\n1 dead' ]] || { printf 'FAILED: the example of README.md says:\n%s\n' "$said"; exit 1; }

"${run[@]}" -Dwingmq.source="$root" -cp "$all" org.junit.platform.console.ConsoleLauncher --scan-classpath "$dir/tests" \
  --disable-banner --disable-ansi-colors --details=tree --details-theme=ascii --fail-if-no-tests \
  --config junit.jupiter.execution.parallel.enabled=true \
  --config junit.jupiter.execution.parallel.config.strategy=fixed \
  --config junit.jupiter.execution.parallel.config.fixed.parallelism=2
