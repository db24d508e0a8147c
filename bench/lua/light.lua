-- A light, steady load: each connection waits 10 ms between an answer and its next request.
function delay()
   return 10
end
