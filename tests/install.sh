#!/usr/bin/env bash
# Installs what the tests need beside Python packages: PostgreSQL, Chromium and poppler-utils. Only what is missing.
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || missing+=(chromium)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
[ ${#missing[@]} -gt 0 ] || exit 0

give_up() {
    printf '%s\n' "The tests need ${missing[*]}, and $1. On Debian: sudo apt-get install ${missing[*]}" >&2
    exit 1
}

command -v apt-get >/dev/null || give_up "there is no apt-get here to install it with"
if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null; then
    as_root=(sudo)
else
    give_up "installing it takes root or sudo"
fi

# Debian's package would start a server on port 5432 that nobody asked for; the tests start their own.
no_server=/etc/postgresql-common/createcluster.d/yiping.conf
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    "${as_root[@]}" mkdir -p "$(dirname "$no_server")"
    echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_server" >/dev/null
    trap '"${as_root[@]}" rm -f "$no_server"; "${as_root[@]}" rmdir --ignore-fail-on-non-empty "${no_server%/*}"' EXIT
fi

echo "Installing ${missing[*]} for the tests: a minute or two the first time …"
log=$(mktemp)
install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
    apt-get -q -y --no-install-recommends install "${missing[@]}")
if ! "${install[@]}" >"$log" 2>&1; then
    # The package lists may be missing or too old.
    echo "Fetching Debian's package lists …"
    "${as_root[@]}" apt-get -q update >"$log" 2>&1 || { tail -n 5 "$log" >&2; give_up "apt-get update failed"; }
    "${install[@]}" >"$log" 2>&1 || { tail -n 5 "$log" >&2; give_up "apt-get could not install it"; }
fi
rm -f "$log"
