-- One request with each access token of a file, then the end; the argument is the file.
local lines, last

function init(arguments)
   lines = io.lines(arguments[1])
end

function request()
   local token = lines and lines()
   if not token then
      lines = nil
      wrk.thread:stop()
      return last
   end
   last = wrk.format(nil, nil, { Authorization = "Bearer " .. token })
   return last
end
