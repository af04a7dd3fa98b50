#!/usr/bin/env bash
# Everything a machine needs, into .venv/ of this checkout: `setup.sh run` for the program, `setup.sh test` for its tests too.
# As root it installs Debian packages that are missing; otherwise it says in one line what to run, and goes on without.
set -euo pipefail
cd "$(dirname "$0")/.."
want=${1:-run}
say() { printf 'setup: %s\n' "$*" >&2; }
is_root() { [ "$(id -u)" = 0 ]; }
has() { command -v "$1" >/dev/null 2>&1; }

apt_updated=
install_packages() { # Debian packages, as root only
  is_root && has apt-get || return 1
  export DEBIAN_FRONTEND=noninteractive
  [ -n "$apt_updated" ] || { apt-get update -qq >/dev/null 2>&1 || true; apt_updated=1; }
  say "installing $*"
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1
}

# --- Python -----------------------------------------------------------------------------------------------------------
usable() { "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
find_python() {
  for candidate in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python3.14; do
    if has "$candidate" && usable "$candidate"; then echo "$candidate"; return 0; fi
  done
  return 1
}
if ! python=$(find_python); then
  install_packages python3 python3-venv || true
  python=$(find_python) || { say "Python 3.11 or newer with venv is needed; run: apt-get install python3 python3-venv"; exit 1; }
fi

# --- a browser, and Chinese glyphs for its pictures -------------------------------------------------------------------
has_browser() {
  [ -n "${TIPSTAFF_BROWSER:-}" ] && [ -x "${TIPSTAFF_BROWSER}" ] && return 0
  for name in chromium chromium-browser google-chrome-stable google-chrome microsoft-edge; do
    # Ubuntu's chromium-browser may be a stub that only says to install a snap: it must really start.
    has "$name" && "$name" --version >/dev/null 2>&1 && return 0
  done
  ls "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium*/chrome-*/*chrome* \
     "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium*/chrome-*/*shell* >/dev/null 2>&1
}
has_browser || install_packages chromium || true
if has fc-list; then [ -n "$(fc-list :lang=zh 2>/dev/null)" ] || install_packages fonts-wqy-zenhei || true
else install_packages fontconfig fonts-wqy-zenhei || true; fi

# --- what sets the type of referrals ----------------------------------------------------------------------------------
has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }
if ! has_library libpango-1.0.so.0 || ! has_library libpangoft2-1.0.so.0 || ! has_library libharfbuzz-subset.so.0; then
  install_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 ||
    say "no Pango: no referrals; run: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
fi

[ -e /etc/ssl/certs/ca-certificates.crt ] || install_packages ca-certificates || true

# --- packages ---------------------------------------------------------------------------------------------------------
stamp=.venv/.setup-$want
fresh=$({ cat pyproject.toml constraints.txt scripts/setup.sh; "$python" -V; } | sha256sum | cut -d' ' -f1)
target='.'; [ "$want" = test ] && target='.[test]'

has_local_torch() { # a CPU build of torch for this Python lies on the disk (pip's find-links)
  local tag; tag=$("$python" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
  for folder in ${PIP_FIND_LINKS:-}; do ls "$folder"/torch-*+cpu-"$tag"-*.whl >/dev/null 2>&1 && return 0; done
  return 1
}
install_project() {
  [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null || { rm -rf .venv; "$python" -m venv .venv; }
  .venv/bin/python -m pip install -q --disable-pip-version-check uv || say "uv could not be had; pip does it, slower"
  local uv=".venv/bin/uv pip install -q -p .venv/bin/python -c constraints.txt"
  if [ -x .venv/bin/uv ] && has_local_torch; then
    UV_FIND_LINKS=${PIP_FIND_LINKS// /,} $uv -e "$target" && return 0
  elif [ -x .venv/bin/uv ]; then
    # uv alone knows where CPU builds of torch are published, without an address being written here.
    $uv --torch-backend cpu -e "$target" && return 0
    say "no CPU build of torch could be reached; taking what the package index has (on Linux x86-64 that is several GB)"
  fi
  .venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -e "$target"
}
if [ ! -e "$stamp" ] || [ "$(cat "$stamp")" != "$fresh" ] || [ ! -x .venv/bin/tipstaff ]; then
  say "installing Python packages into .venv"
  install_project
  echo "$fresh" >"$stamp"
  # What the tests need is more than what the program needs.
  [ "$want" = test ] && echo "$fresh" >.venv/.setup-run
fi

# --- a browser of Playwright's own, where no other could be had -------------------------------------------------------
if ! has_browser; then
  .venv/bin/playwright install chromium >/dev/null 2>&1 || true
  has_browser || say "no browser: boards that need JavaScript are left out; run: apt-get install chromium fonts-wqy-zenhei"
fi

# --- real forum programs for tests/real, each in an environment of its own (they cannot live in one) ------------------
install_forum() { # name, requirement …
  local folder=.venv/forums/$1; shift
  [ -e "$folder/.installed" ] && [ "$(cat "$folder/.installed")" = "$*" ] && return 0
  say "installing $* for the tests"
  rm -rf "$folder"; "$python" -m venv "$folder"
  if [ -x .venv/bin/uv ]; then .venv/bin/uv pip install -q -p "$folder/bin/python" "$@"
  else "$folder/bin/python" -m pip install -q --disable-pip-version-check "$@"; fi
  echo "$*" >"$folder/.installed"
}
if [ "$want" = test ]; then
  install_forum spirit django-spirit==0.14.3 setuptools'<81'
  install_forum isso isso==0.14.0 setuptools'<81'
fi

# --- the program that others look at our captures with (AGPL, used by a test alone) -----------------------------------
if [ "$want" = test ] && [ ! -e .venv/replay/package/sw.js ] && has npm; then
  say "fetching ReplayWeb.page for the tests"
  mkdir -p .venv/replay
  (cd .venv/replay && npm pack --silent replaywebpage@2.4.6 >/dev/null 2>&1 && tar xzf replaywebpage-*.tgz) ||
    say "ReplayWeb.page could not be had; its test is left out"
fi
