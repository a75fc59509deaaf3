-- What wrk sends and how it judges the answers: one fixed request, again and again.
--
-- LOAD_REQUEST    file: the request, byte for byte as it goes over the wire
-- LOAD_ANSWER     file: the body that every answer must have
-- LOAD_THREADS    connections, each with a thread of its own, where LOAD_TIMES is set
-- LOAD_TIMES      1: tell how long each answer took
-- LOAD_INTERVAL   microseconds from one request of a connection to its next, by the
--                 clock and not by the answer: an open loop. Unset: a closed one.
--
-- wrk's own percentiles are not used: it has one clock for all connections of a thread,
-- and corrects closed loops for an omission that they do not have.

local ffi = require("ffi")
ffi.cdef [[
struct load_moment { long seconds; long nanoseconds; };
int clock_gettime(int clock, struct load_moment *moment);
]]
local MONOTONIC = 1
local moment = ffi.new("struct load_moment")

local function now() -- microseconds
   ffi.C.clock_gettime(MONOTONIC, moment)
   return tonumber(moment.seconds) * 1e6 + tonumber(moment.nanoseconds) / 1e3
end

local function read(variable)
   local file = assert(io.open(os.getenv(variable), "rb"))
   local bytes = file:read("*a")
   file:close()
   return bytes
end

local bytes, expected = read("LOAD_REQUEST"), read("LOAD_ANSWER")
local interval = tonumber(os.getenv("LOAD_INTERVAL") or "")
local timed = os.getenv("LOAD_TIMES") == "1"
local began, late = 0, false

-- Globals, since `done` can get no others of a thread.
sent, wrong, answer, due, first_due, times = 0, 0, "", nil, 0, {}

function request()
   sent = sent + 1
   -- A request that could not go when it was due has waited since then. Where the
   -- connection was idle, a timer that rings late is our own delay, not the server's.
   if timed then began = late and due or now() end
   return bytes
end

function response(status, headers, body)
   if timed then times[#times + 1] = math.floor(now() - began + 0.5) end
   if status ~= 200 or body ~= expected then
      wrong = wrong + 1
      if wrong == 1 then answer = status .. " " .. body:sub(1, 200) end
   end
end

if interval then
   function delay() -- milliseconds until the next request
      if due then
         due = due + interval
      else
         first_due = now() + interval * number / tonumber(os.getenv("LOAD_THREADS"))
         due = first_due
      end
      local left = due - now()
      late = left <= 0
      return late and 0 or math.floor(left / 1000 + 0.5)
   end
end

local threads = {}

function setup(thread)
   thread:set("number", #threads)
   threads[#threads + 1] = thread
end

local function plain(text) -- fit to stand between quotes in JSON
   return (text:gsub('[%c"\\\128-\255]', "?"))
end

function done(summary)
   local told = {sent = -1, wrong = 0, due = 0} -- wrk asks for one request more to check
   local answers, all, ended = {}, {}, now()
   for _, thread in ipairs(threads) do
      told.sent = told.sent + thread:get("sent")
      told.wrong = told.wrong + thread:get("wrong")
      if thread:get("wrong") > 0 then answers[1] = thread:get("answer") end
      if interval then
         local since = ended - thread:get("first_due")
         told.due = told.due + math.max(0, math.floor(since / interval))
      end
      for _, time in ipairs(thread:get("times")) do all[#all + 1] = time end
   end
   local errors = summary.errors
   io.write(string.format(
      '\nLOAD {"requests": %d, "microseconds": %d, "sent": %d, "due": %d, '
         .. '"wrong": %d, "answer": "%s", "connect": %d, "read": %d, "write": %d, '
         .. '"timeout": %d, "times": [%s]}\n',
      summary.requests, summary.duration, told.sent, told.due,
      told.wrong, plain(answers[1] or ""), errors.connect, errors.read, errors.write,
      errors.timeout, table.concat(all, ",")))
end
