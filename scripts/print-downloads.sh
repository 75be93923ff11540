#!/usr/bin/env bash
# Print what the set-up will download, and how much; print nothing if all of it is there.
# Usage: TORCH=cpu print-downloads.sh VENV PART...
# Parts: base trainer dev audit node web mnist chromium. Sizes were measured on Linux (x86-64).
set -eu

venv=$1
shift
total_mb=0
lines=""

is_missing() {
    case $1 in
    web) [ ! -e webui/node_modules/.installed ] ;;
    mnist) [ ! -e "${INKLOOP_INSTANCE:-instance}/mnist/train-images-idx3-ubyte" ] && [ -z "${INKLOOP_MNIST_DIR:-}" ] ;;
    chromium) ! scripts/get-chromium.sh --is-there ;;
    audit) [ ! -e "$venv/.auditor" ] ;;
    # An interrupted set-up removes the whole environment and starts over.
    *) [ ! -e "$venv/.$1" ] || [ -e "$venv/.unfinished" ] ;;
    esac
}

add() { # megabytes, words
    total_mb=$((total_mb + $1))
    lines+=$(printf '  %5s MB  %s' "$1" "$2")$'\n'
}

add_trainer() {
    if [ "${TORCH:-}" = cpu ]; then
        add 280 "PyTorch's CPU build and other packages of the trainer"
    elif [ "$(uname -s)" = Linux ]; then
        add 3050 "PyTorch with its CUDA libraries, other packages of the trainer (about 280 MB with TORCH=cpu)"
    else
        add 200 "PyTorch and other packages of the trainer"
    fi
}

for part in base trainer dev audit node web mnist chromium; do
    case " $* " in *" $part "*) ;; *) continue ;; esac
    is_missing "$part" || continue
    case $part in
    base) add 140 "Python packages of the server" ;;
    trainer) add_trainer ;;
    dev) add 130 "tools for checks and tests" ;;
    audit) add 20 "pip-audit" ;;
    node) add 61 "Node, from PyPI: this machine has none that is recent enough" ;;
    web) add 60 "packages of the web pages" ;;
    mnist) add 12 "MNIST" ;;
    chromium) add 120 "Chromium, for the tests" ;;
    esac
done

if [ -n "$lines" ]; then
    printf 'Set-up: about %s MB to download, once:\n%s' "$total_mb" "$lines"
fi
