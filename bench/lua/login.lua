-- Signs the accounts in, one after the other: arguments are how many there are, their password, and how many addresses they come from.
local count, password, turn
local addresses, address = 1, 0

function init(arguments)
   count, password, turn = tonumber(arguments[1]), arguments[2], 0
   addresses = tonumber(arguments[3] or 1)
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   turn = turn % count + 1
   address = address % addresses + 1
   wrk.headers["X-Forwarded-For"] = string.format("10.0.%d.%d", math.floor(address / 256), address % 256)
   local body = string.format('{"email":"agent%d@example.com","password":"%s"}', turn, password)
   return wrk.format(nil, nil, nil, body)
end
