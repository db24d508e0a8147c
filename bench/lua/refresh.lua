-- Exchanges refresh tokens, each answer's token in a later request; the argument is a file with the first of each chain.
local tokens, first, last = {}, 1, 0

local function push(token)
   last = last + 1
   tokens[last] = token
end

function init(arguments)
   for line in io.lines(arguments[1]) do push(line) end
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   local token = tokens[first]
   if not token then error("more connections than tokens") end
   tokens[first] = nil
   first = first + 1
   return wrk.format(nil, nil, nil, '{"refreshToken":"' .. token .. '"}')
end

function response(status, headers, body)
   local token = body:match('"refreshToken":"([^"]+)"')
   if token then push(token) end
end
