-- wrk script: asks for the addresses of a file one after another, and writes what it measured as one line of JSON.
-- With a second argument every reader waits about so many milliseconds before it asks again (half to one and a half).
--   wrk -t1 -c50 -d10s -s load.lua http://127.0.0.1:8033 -- addresses.txt 1000
local paths, turn, pause = {}, 0, 0

function init(args)
  for line in io.lines(args[1]) do paths[#paths + 1] = line end
  pause = tonumber(args[2] or "0")
end

function delay()
  return math.floor(pause * (0.5 + math.random()))
end

function request()
  turn = turn % #paths + 1
  return wrk.format("GET", paths[turn])
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.3f, "p50_ms": %.3f, "p95_ms": %.3f, "p99_ms": %.3f, "max_ms": %.3f, "failures": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, e.status + e.connect + e.read + e.write + e.timeout))
end
