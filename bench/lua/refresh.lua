-- Exchanges refresh tokens, each answer's token in a later request; arguments are a file with the first of each chain, and how many
-- addresses the requests come from.
local tokens, first, last = {}, 1, 0
local addresses, turn = 1, 0

local function push(token)
   last = last + 1
   tokens[last] = token
end

function init(arguments)
   for line in io.lines(arguments[1]) do push(line) end
   addresses = tonumber(arguments[2] or 1)
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   local token = tokens[first]
   if not token then error("more connections than tokens") end
   tokens[first] = nil
   first = first + 1
   turn = turn % addresses + 1
   wrk.headers["X-Forwarded-For"] = string.format("10.0.%d.%d", math.floor(turn / 256), turn % 256)
   return wrk.format(nil, nil, nil, '{"refreshToken":"' .. token .. '"}')
end

function response(status, headers, body)
   local token = body:match('"refreshToken":"([^"]+)"')
   if token then push(token) end
end
