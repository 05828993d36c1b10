#!/bin/sh
# Make or mend the virtual environment so that it holds exactly what the lock file names.
#
#   deploy/python_env.sh VENV LOCK
#
# An interrupted run is mended by the next one: pip checks each package, and a broken interpreter is made
# anew. With TORCH_INDEX (an index of CPU wheels) torch comes from there and its GPU libraries are left out.
set -eu
venv=$1
lock=$2
python=$(for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then
        command -v "$candidate"
        break
    fi
done)
[ -n "$python" ] || { echo "no Python 3.11 to 3.13 found; run make setup" >&2; exit 1; }

if ! "$venv/bin/python" -c 'import pip' >/dev/null 2>&1; then
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi

wanted=$lock
if [ -n "${TORCH_INDEX:-}" ]; then
    wanted=$venv/without-torch.lock
    # A block is a package line and its indented hashes; drop the blocks of torch and its GPU libraries.
    awk '/^[^ #]/ { keep = !($0 ~ /^(torch|triton|nvidia-|cuda-)[^=]*==/ && $0 !~ /^torch-geometric/) } keep' "$lock" >"$wanted"
    torch_version=$(sed -n 's/^torch==\([^ ;]*\).*/\1/p' "$lock")
elif [ "$(uname -s)" = Linux ] && grep -q '^torch==' "$lock" &&
    ! "$venv/bin/python" -c 'import importlib.metadata as m; m.version("torch")' >/dev/null 2>&1; then
    echo "downloading about 3 GB (5 GB on disk), most of it GPU libraries that torch brings on Linux:"
    echo "two to ten minutes. To leave them out, give an index of CPU wheels: make TORCH_INDEX=URL ..."
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$wanted"
if [ -n "${TORCH_INDEX:-}" ]; then
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --index-url "$TORCH_INDEX" "torch==$torch_version"
fi
