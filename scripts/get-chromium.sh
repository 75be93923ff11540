#!/usr/bin/env bash
# Get a Chromium for the browser tests: an installed one, else Debian's package (as root on Debian),
# else Playwright's build. Usage: get-chromium.sh PATH_TO_PLAYWRIGHT, or get-chromium.sh --is-there,
# which only looks for one.
set -eu

if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then
    exit 0
fi
if [ "$1" = --is-there ]; then
    for cache in "${PLAYWRIGHT_BROWSERS_PATH:-}" ~/.cache/ms-playwright ~/Library/Caches/ms-playwright; do
        if [ -n "$cache" ] && compgen -G "$cache/chromium*" >/dev/null; then exit 0; fi
    done
    exit 1
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
    echo "No Chromium is installed, and none could be downloaded: install one, then repeat this command." >&2
    exit 1
fi
