#!/usr/bin/env bash
# What the tests need besides npm packages, on Debian: installed where it may be (root), else named. Tests that need what
# is missing are skipped, and say so. With "bench", what the benchmarks compare with.
set -u
# package:command that shows it is there
needed="chromium:chromium tcpdump:tcpdump influxdb:influxd victoria-metrics:victoria-metrics iproute2:ip tcpreplay:tcpreplay gcc:gcc libc6-dev:/usr/include/stdio.h libpcap-dev:/usr/include/pcap/pcap.h procps:ps fonts-dejavu-core:/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf fonts-noto-cjk:/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
if [ "${1:-}" = bench ]; then needed="tcpdump:tcpdump nfdump:nfpcapd softflowd:softflowd util-linux:taskset"; fi

missing=""
for entry in $needed; do
  package=${entry%%:*}
  proof=${entry#*:}
  case "$proof" in
    /*) [ -e "$proof" ] || missing="$missing $package" ;;
    *) command -v "$proof" >/dev/null 2>&1 || [ -x "/usr/sbin/$proof" ] || missing="$missing $package" ;;
  esac
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing:$missing"
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  if apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends $missing >/dev/null; then exit 0; fi
  echo "they could not all be installed"
fi
echo "missing:$missing"
echo "what needs them is skipped; install them with: sudo apt-get install --no-install-recommends$missing"
exit 0
