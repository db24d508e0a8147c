-- Asks for one of many things after the other: the first argument is a file with a path on each line.
local paths = {}
function init(arguments)
   for line in io.lines(arguments[1]) do paths[#paths + 1] = line end
end

local turn = 0
function request()
   turn = turn + 1
   return wrk.format(nil, paths[turn % #paths + 1])
end
