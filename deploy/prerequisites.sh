#!/bin/sh
# Check what must be on the machine before anything is installed into the checkout; name what is missing
# and the line that installs it. As root on Debian or Ubuntu, install it.
#
#   deploy/prerequisites.sh run     what the demo needs
#   deploy/prerequisites.sh test    what the tests need as well
set -eu
for_tests=${1:-run}
missing_packages=""
failed=0

find_python() {
    for candidate in ${PYTHON:-} python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            >/dev/null 2>&1; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

at_least() { # NAME WANTED FOUND
    [ -n "$3" ] && [ "$3" -ge "$2" ] 2>/dev/null
}

need() { # NAME PACKAGES LINE
    echo "missing: $1"
    echo "  Debian or Ubuntu:  apt-get install -y $2"
    echo "  elsewhere:         $3"
    missing_packages="$missing_packages $2"
}

check_all() {
    missing_packages=""
    find_python >/dev/null || need "Python 3.11, 3.12 or 3.13 with venv" "python3 python3-venv" "https://www.python.org/downloads/"
    command -v git >/dev/null 2>&1 || need "git" "git" "https://git-scm.com/downloads"
    node_major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/' || true)
    at_least node 20 "$node_major" && command -v npm >/dev/null 2>&1 ||
        need "Node.js 20 or later with npm (found: ${node_major:-none})" "nodejs npm" "https://nodejs.org/en/download"
    [ "$for_tests" = test ] || return 0
    java_major=$(java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
    case "$java_major" in
    17 | 21) command -v javac >/dev/null 2>&1 || need "a JDK 17 or 21 (only a JRE was found)" "openjdk-17-jdk-headless" "https://adoptium.net/" ;;
    *) need "Java 17 or 21 (found: ${java_major:-none})" "openjdk-17-jdk-headless" "https://adoptium.net/" ;;
    esac
    command -v mvn >/dev/null 2>&1 || need "Maven" "maven" "https://maven.apache.org/install.html"
    [ -n "${POSTGRES_URL:-}" ] || command -v postgres >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 ||
        need "PostgreSQL 13 or later (or set POSTGRES_URL to a server whose user may create databases)" "postgresql" "https://www.postgresql.org/download/"
    command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || [ -n "${CHROMIUM:-}" ] ||
        need "Chromium (or set CHROMIUM to a browser of that family)" "chromium" "https://www.chromium.org/getting-involved/download-chromium/"
}

check_all
if [ -n "$missing_packages" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing:$missing_packages"
        apt-get update -qq
        # shellcheck disable=SC2086  # a list of package names
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing_packages >/dev/null
        check_all
    fi
    [ -z "$missing_packages" ] || failed=1
fi
if [ "$failed" = 1 ]; then
    echo "install what is missing, then run make again" >&2
    exit 1
fi
