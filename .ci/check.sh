#!/bin/sh
# What has to pass before a change is merged: a clean install, everything `npm test` chains, and the packed tarball on npm 10 and 11.
set -eu
cd "$(dirname "$0")/.."
export CI=true GIBBON_FIXTURES="${GIBBON_FIXTURES:-$PWD/../shared/fixtures}"
[ -f "$GIBBON_FIXTURES/README.md" ] || { echo "no fixtures at $GIBBON_FIXTURES: conformance tests would be skipped, so this run would prove nothing" >&2; exit 1; }
npm ci
npm test
node scripts/check-package.mjs --version
