# Sourced by scripts/run and scripts/test: finds a Python and keeps .venv as the constraints files say.
# Nothing is installed a second time until pyproject.toml or a constraints file changes.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv

say() { printf '%s\n' "$*" >&2; }

fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }

find_python() {
    local name
    for name in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            printf '%s\n' "$name"
            return
        fi
    done
    say "Missing: Python 3.11, 3.12 or 3.13. Install one, or name it: PYTHON=/path/to/python3.12 $0"
    return 1
}

# setup run|test: makes .venv where there is none, and installs what that purpose needs.
setup() {
    local purpose=$1 constraints=$root/constraints.txt stamp python
    [ "$purpose" = test ] && constraints=$root/constraints-dev.txt
    if ! [ -x "$venv/bin/python" ] || ! fits "$venv/bin/python"; then
        python=$(find_python) || return 1
        if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
            say "Missing: Python's own venv and ensurepip modules (on Debian and Ubuntu: apt install python3-venv)."
            return 1
        fi
        say "Making $venv with $("$python" --version) …"
        "$python" -m venv --clear "$venv" || return 1
    fi
    stamp=$(printf '%s' "$root" | cat - "$root/pyproject.toml" "$constraints" | "$venv/bin/python" -c \
        'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
    [ "$(cat "$venv/.installed-for-$purpose" 2>/dev/null)" = "$stamp" ] && return
    say "Installing what ${purpose}s need into .venv (once; a few minutes on a slow line) …"
    if ! pip_install --require-hashes -r "$constraints" || ! pip_install --no-deps --no-build-isolation -e "$root"; then
        say "The installation failed; pip's reason is above. It needs the Python package registry, or a mirror of it"
        say "that pip is configured for. Run $0 again to go on where it stopped."
        return 1
    fi
    printf '%s\n' "$stamp" >"$venv/.installed-for-$purpose"
}

pip_install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}
