-- Signs the accounts in, one after the other: arguments are how many there are, and their password.
local count, password, turn

function init(arguments)
   count, password, turn = tonumber(arguments[1]), arguments[2], 0
   wrk.method = "POST"
   wrk.headers["Content-Type"] = "application/json"
end

function request()
   turn = turn % count + 1
   local body = string.format('{"email":"agent%d@example.com","password":"%s"}', turn, password)
   return wrk.format(nil, nil, nil, body)
end
