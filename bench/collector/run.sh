#!/bin/sh
# Compares the collector with nginx, which answers 204 to the same requests.
# They take turns, so that both see the same load. Needs nginx, wrk and Go.
set -eu
cd "$(dirname "$0")/../.."
rounds=${ROUNDS:-3} seconds=${SECONDS_EACH:-5}
tmp=$(mktemp -d)
trap 'kill $pids 2>/dev/null || true; wait; rm -rf "$tmp"' EXIT
pids=

go build -o "$tmp/collector" ./bench/collector
cat >"$tmp/nginx.conf" <<CONF
worker_processes auto; pid $tmp/nginx.pid; error_log $tmp/error.log; daemon off;
events { worker_connections 1024; }
http { access_log off; client_body_temp_path $tmp/body; proxy_temp_path $tmp/p; fastcgi_temp_path $tmp/f; uwsgi_temp_path $tmp/u; scgi_temp_path $tmp/s;
  keepalive_requests 1000000000; server { listen 127.0.0.1:9302; location / { return 204; } } }
CONF
nginx -p "$tmp" -c "$tmp/nginx.conf" & nginx=$!
"$tmp/collector" -listen 127.0.0.1:9301 & collector=$!
pids="$nginx $collector"
sleep 1

# Processor time of a server and its children, in clock ticks.
used() { # pid
  for p in "$1" $(pgrep -P "$1" || true); do cat "/proc/$p/stat"; done | awk '{t += $14 + $15} END {print t}'
}

load() { # pid port beacons: requests a second, requests per second of the server's processor time
  before=$(used "$1")
  BEACONS=$3 wrk -t1 -c32 -d"${seconds}s" -s bench/collector/beacons.lua "http://127.0.0.1:$2/" >"$tmp/out"
  if grep -q "Non-2xx" "$tmp/out"; then cat "$tmp/out" >&2; exit 1; fi
  ticks=$(($(used "$1") - before))
  awk -v t="$ticks" -v hz="$(getconf CLK_TCK)" '/requests in/ {n = $1} /Requests\/sec/ {r = $2} END {print r, n * hz / t}' "$tmp/out"
}

for round in $(seq "$rounds"); do
  {
    load "$nginx" 9302 1
    load "$collector" 9301 1
    load "$collector" 9301 20
  } | awk -v r="$round" '
    {rate[NR] = $1; cpu[NR] = $2}
    END {
      printf "round %d: nginx 204   %7.0f requests/s  %7.0f per processor second\n", r, rate[1], cpu[1]
      printf "         one beacon  %7.0f requests/s  %7.0f per processor second  (%.2f and %.2f of nginx)\n", rate[2], cpu[2], rate[2] / rate[1], cpu[2] / cpu[1]
      printf "         twenty      %7.0f beacons/s   %7.0f per processor second\n", 20 * rate[3], 20 * cpu[3]
    }'
done
