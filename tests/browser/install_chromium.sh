#!/bin/sh
# Chromium for the browser tests: the system's, else Debian's package, else Playwright's own build.
# Where none can be had, the browser tests say so and are skipped.
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0
fi
"$1" -m playwright install chromium || echo "No Chromium could be installed: the browser tests will be skipped." >&2
