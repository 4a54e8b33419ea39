#!/usr/bin/env bash
# The program as shipped is hardened: what its ELF headers, its symbols and its objects say.
#   elf_test.sh BUILD_DIR CXX_COMPILER
set -euo pipefail
export LC_ALL=C
[[ $# -eq 2 ]] || { echo "usage: $0 BUILD_DIR CXX_COMPILER" >&2; exit 2; }
build=$(readlink -f "$1")
compiler=$2
wingmq=$build/tools/wingmq
command -v readelf >/dev/null || { echo "SKIPPED: readelf is not installed"; exit 77; }

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

# has WHAT PATTERN TEXT
has() {
  grep -qE -e "$2" <<<"$3" && return
  echo "FAILED: $1: nothing like '$2' in:"
  head -n 20 <<<"$3"
  failed=1
}

has "any address will do (PIE)" 'Type: +DYN \(Position-Independent Executable' "$(readelf -hW "$wingmq")"
dynamic=$(readelf -dW "$wingmq")
has "every symbol is bound at the start" '\(FLAGS\).*BIND_NOW' "$dynamic"
has "and marked so for the loader" '\(FLAGS_1\).*NOW.*PIE' "$dynamic"
segments=$(readelf -lW "$wingmq")
has "what was relocated is read-only" 'GNU_RELRO' "$segments"
has "the stack holds no code" 'GNU_STACK.* RW +0x' "$segments"
symbols=$(readelf -W --dyn-syms "$wingmq")
has "stack protector" ' __stack_chk_fail@' "$symbols"
has "checked library calls (FORTIFY)" ' __[a-z]+_chk@' "$symbols"

# Nothing was compiled without the flags, libraries that are installed included.
commands=$(grep '"command":' "$build/compile_commands.json")
for flag in -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection; do
  if bare=$(grep -v -e "$flag" <<<"$commands"); then
    echo "FAILED: compiled without $flag: $(head -n 1 <<<"$bare" | cut -c 1-300)"
    failed=1
  fi
done

# Marks for indirect branches and the shadow stack: in every object where the compiler can make them, in the program where the
# C library's own objects have them, too.
echo 'int main() {}' >"$dir/empty.cc"
if "$compiler" -Werror -fcf-protection "$dir/empty.cc" -o "$dir/empty" 2>/dev/null; then
  for library in core/libwingmq_core.a net/libwingmq_net.a; do
    objects=$(ar t "$build/$library" | wc -l)
    marked=$(readelf -nW "$build/$library" | grep -c 'IBT, SHSTK' || true)
    [[ $marked -eq $objects ]] || { echo "FAILED: $library: $marked of $objects objects are marked IBT, SHSTK"; failed=1; }
  done
  if readelf -nW "$dir/empty" | grep -q 'IBT, SHSTK'; then
    has "the program is marked" 'IBT, SHSTK' "$(readelf -nW "$wingmq")"
  else
    echo "the C library's own objects have no IBT, SHSTK mark: the program cannot have one"
  fi
fi
((failed == 0)) && echo "the program is hardened"
exit "$failed"
