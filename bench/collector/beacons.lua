-- Requests for wrk: BEACONS per request (environment, default 1), 500 different
-- bodies, prepared before the measurement. One beacon in twenty has an error with
-- a stack, one in five a failed request.
local per = tonumber(os.getenv("BEACONS") or "1")
local stack = 'TypeError: Cannot read properties of undefined (reading \'total\')\\n'
  .. string.rep("    at CheckoutSummary.render (https://shop.example/assets/checkout-4f8a2c.js:1:48211)\\n", 12)

local function beacon(i)
  local extra = ""
  if i % 20 == 7 then
    extra = ',"errors":[{"type":"TypeError","message":"Cannot read properties of undefined (reading \'total\')","stack":"' .. stack .. '","handled":false}]'
  elseif i % 5 == 3 then
    extra = ',"requests":[{"url":"https://api.shop.example/cart/8412?session=1","method":"POST","status":500,"duration":812.4}]'
  end
  return string.format('{"sdk":"rum.js","id":"01J9Z%021d","time":1763647652123,"release":"2.4.1","environment":"production",'
    .. '"url":"https://shop.example/users/%d/orders?utm_source=mail","view":"v-%016x","session":"s-%016x","user":"u-%d","navigation":true,"sample_rate":1,'
    .. '"connection":"4g","tags":{"tier":"paid","flag":"new-payment-flow"},"metrics":{"lcp":%d.5,"inp":184,"cls":0.04,"fcp":901,"ttfb":212,"dns":3,"tcp":11,"tls":24}%s}',
    i, i % 500, i, math.floor(i / 3), i % 300, 1200 + i * 7 % 3000, extra)
end

local requests, at = {}, 0

function init()
  local headers = {
    ["Content-Type"] = "text/plain;charset=UTF-8", ["Origin"] = "https://shop.example",
    ["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  }
  for n = 0, 499 do
    local list = {}
    for i = 1, per do list[i] = beacon(n * per + i) end
    local body = per == 1 and list[1] or "[" .. table.concat(list, ",") .. "]"
    requests[n + 1] = wrk.format("POST", "/v1/beacons?key=pk_shop", headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
