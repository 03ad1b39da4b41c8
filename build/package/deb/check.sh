#!/usr/bin/env bash
# Installs the Debian package in a clean Debian 12 chroot, finds a photo there from the command line and in the window under
# Xvfb, and removes it again. Needs root. Usage: check.sh PACKAGE.deb
set -euo pipefail
cd "$(dirname "$0")/../../.."

package=$(realpath "$1")
root=build/out/chroot
((EUID == 0)) || { echo "check.sh makes a chroot, so it must be run as root" >&2; exit 1; }

step() { echo "package: $*"; }
inside() { chroot "$root" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
fail() { echo "package: FAILED: $*" >&2; exit 1; }

# The base system is kept for the next time; everything else is done in a copy of it.
base=build/out/chroot-base
if [[ ! -f $base/.complete ]]; then
  step "making a base system with debootstrap"
  mirror=$(apt-get indextargets --format '$(SITE)' 2>/dev/null | head -1 || true)
  [[ -n $mirror ]] || mirror=$(sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p; s/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -1)
  rm -rf "$base"
  debootstrap --variant=minbase --no-check-gpg bookworm "$base" "$mirror" >build/out/debootstrap.log 2>&1 || { tail -20 build/out/debootstrap.log >&2; fail "debootstrap"; }
  [[ -d /etc/apt/apt.conf.d ]] && cp -n /etc/apt/apt.conf.d/*prox* "$base/etc/apt/apt.conf.d/" 2>/dev/null || true
  touch "$base/.complete"
fi
step "copying the base system"
unmount() { for dir in proc dev; do umount "$root/$dir" 2>/dev/null || true; done; }
trap unmount EXIT
unmount
rm -rf "$root"
cp -a "$base" "$root"
rm -f "$root/.complete"
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"

step "installing"
cp "$package" "$root/tmp/package.deb"
inside apt-get update >build/out/check.log 2>&1 || { tail build/out/check.log >&2; fail "apt-get update"; }
inside apt-get install -y --no-install-recommends /tmp/package.deb >>build/out/check.log 2>&1 || { tail -20 build/out/check.log >&2; fail "the package cannot be installed"; }
step "installing what the check needs: Xvfb, xdotool, ImageMagick"
inside apt-get install -y --no-install-recommends xvfb xauth xdotool imagemagick >>build/out/check.log 2>&1 || fail "its own tools"

step "indexing and searching"
mkdir -p "$root/root/Pictures"
cp -r build/sample/photos/. "$root/root/Pictures/"
inside pixel-detective --quiet index /root/Pictures || fail "index ended with $?"
inside pixel-detective --json search castle >build/out/castle.json
hits=$(python3 -c 'import json; print(len(json.load(open("build/out/castle.json"))["hits"]))')
((hits > 0)) || fail "a search for castle finds nothing"
step "$hits photos fit the word castle"

step "opening the window"
cat >"$root/tmp/window.sh" <<'SCRIPT'
set -eu
pixel-detective-window & window=$!
for _ in $(seq 300); do
  id=$(xdotool search --onlyvisible --pid $window 2>/dev/null | tail -1) && [ -n "$id" ] && break
  sleep 0.1
done
[ -n "${id:-}" ] || { echo "no window after 30 s" >&2; exit 1; }
colours=0
for _ in $(seq 300); do
  colours=$(import -window "$id" png:- | identify -format %k - 2>/dev/null || echo 0)
  [ "$colours" -gt 2000 ] && break
  sleep 0.1
done
[ "$colours" -gt 2000 ] || { echo "the window shows $colours colours only, no photos" >&2; exit 1; }
import -window "$id" /tmp/browse.png
xdotool windowfocus --sync "$id" key slash type --delay 40 castle
xdotool key --window "$id" Return
differs() { compare -metric AE -fuzz 5% /tmp/browse.png "$1" null: 2>&1 | awk '{print ($1 + 0 > 50000) ? "yes" : "no"}'; }
for _ in $(seq 200); do
  import -window "$id" /tmp/found.png
  [ "$(differs /tmp/found.png)" = yes ] && break
  sleep 0.1
done
[ "$(differs /tmp/found.png)" = yes ] || { echo "typing a question changed nothing in the window" >&2; exit 1; }
xdotool key --window "$id" ctrl+q || true
for _ in $(seq 100); do kill -0 $window 2>/dev/null || exit 0; sleep 0.1; done
kill -TERM $window
wait $window || true
SCRIPT
inside xvfb-run -a -s "-screen 0 1280x900x24" sh /tmp/window.sh >>build/out/check.log 2>&1 || { tail -5 build/out/check.log >&2; fail "the window"; }
cp "$root/tmp/found.png" build/out/check-window.png
for process in /proc/[0-9]*; do
  if [[ $(readlink "$process/root" 2>/dev/null) == "$(realpath "$root")" ]] && grep -qs pixel-detective "$process/cmdline"; then
    fail "a process was left: $(tr '\0' ' ' <"$process/cmdline")"
  fi
done

step "removing"
before=$(find "$root/root" -type f | sort | md5sum)
inside apt-get purge -y pixel-detective >>build/out/check.log 2>&1 || fail "the package cannot be removed"
[[ $before == "$(find "$root/root" -type f | sort | md5sum)" ]] || fail "removing it changed the library"
left=$(find "$root/usr" -name '*pixel-detective*' | head -5)
[[ -z $left ]] || fail "files were left: $left"
[[ -f $root/root/.local/share/pixel-detective/index.db ]] || fail "the library is gone"
step "installed, indexed, searched, seen and removed; the library stayed"
