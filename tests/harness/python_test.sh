#!/usr/bin/env bash
# The Python harness, installed as a package with the fixture that it brings to pytest.
#   python_test.sh PATH_TO_WINGMQ
set -euo pipefail

[[ $# -eq 1 && -x $1 ]] || { echo "usage: $0 PATH_TO_WINGMQ" >&2; exit 2; }
WINGMQ_BINARY=$(readlink -f "$1")
export WINGMQ_BINARY PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
source=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../../tools/python

# Debian's pytest belongs to Debian's Python, which is not always the first one.
for python in python3 /usr/bin/python3 ''; do
  [[ -z $python ]] || ! "$python" -c 'import setuptools, pip, pytest, wheel' 2>/dev/null || break
done
[[ -n $python ]] || { echo "SKIPPED: no Python has pip, pytest, setuptools and wheel"; exit 77; }

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cp -r "$source" "$dir/source"
"$python" -m pip install --quiet --no-index --no-deps --no-build-isolation --target "$dir/installed" "$dir/source"

version=$("$WINGMQ_BINARY" --version | sed -n '1s/^wingmq //p')
[[ -d $dir/installed/wingmq-$version.dist-info ]] || { echo "FAILED: the package has another version than $version"; exit 1; }

export PYTHONPATH=$dir/installed
exec "$python" -W error::ResourceWarning -m pytest -q -rs --strict-markers -p no:cacheprovider "$source/tests"
