#!/usr/bin/env bash
# Get a Chromium for the browser tests: an installed one, else Debian's package (as root on Debian),
# else Playwright's build. Usage: get-chromium.sh PATH_TO_PLAYWRIGHT
set -eu

if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && [ -e /etc/debian_version ]; then
    echo "Set-up: Chromium from Debian's packages"
    apt-get update -q || true
    if DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium </dev/null; then
        exit 0
    fi
fi
echo "Set-up: Chromium from Playwright"
if ! "$1" install chromium; then
    echo "There is no Chromium and none could be installed: install one, then repeat this command." >&2
    exit 1
fi
