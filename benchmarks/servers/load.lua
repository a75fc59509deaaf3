-- What wrk sends and how it judges the answers: one fixed request, again and again.
--
-- LOAD_REQUEST    file: the request, byte for byte as it goes over the wire
-- LOAD_ANSWER     file: the body that every answer must have
-- LOAD_TIMES      1: tell how long each answer took; each connection needs a thread
-- LOAD_INTERVAL   microseconds from one request to the next, by the clock and not by
--                 the answers: an open loop. Unset: a closed one.
--
-- All connections of an open loop share one timetable: whichever is free takes the next
-- request. With a timetable each, one that fell behind stayed so, since the requests
-- that it had to catch up with waited for each other, while others had nothing to do.
--
-- wrk's own percentiles are not used: it has one clock for all connections of a thread,
-- and corrects closed loops for an omission that they do not have.

local ffi = require("ffi")
ffi.cdef [[
struct load_moment { long seconds; long nanoseconds; };
struct load_timetable { long lock[8]; double first; double next; };
int clock_gettime(int clock, struct load_moment *moment);
int clock_nanosleep(int clock, int flags, const struct load_moment *until, void *left);
int pthread_mutex_lock(void *lock);
int pthread_mutex_unlock(void *lock);
void *calloc(size_t count, size_t size);
]]
local MONOTONIC, ABSOLUTE = 1, 1
local LEAD = 50000 -- microseconds until the first request: for all to be connected
local moment = ffi.new("struct load_moment")

local function now() -- microseconds
   ffi.C.clock_gettime(MONOTONIC, moment)
   return tonumber(moment.seconds) * 1e6 + tonumber(moment.nanoseconds) / 1e3
end

local function sleep_until(time)
   moment.seconds = math.floor(time / 1e6)
   moment.nanoseconds = math.floor(time % 1e6 * 1e3)
   ffi.C.clock_nanosleep(MONOTONIC, ABSOLUTE, moment, nil)
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
local TIMETABLE = ffi.typeof("struct load_timetable *")
local timetable -- in memory that all threads share; zeros are a lock that is open
local began, due, late = 0, nil, false

-- Globals, since `setup` and `done` reach no others of a thread.
sent, wrong, answer, times = 0, 0, "", {}

local function next_due()
   timetable = timetable or ffi.cast(TIMETABLE, address)
   ffi.C.pthread_mutex_lock(timetable.lock)
   if timetable.next == 0 then
      timetable.first = now() + LEAD
      timetable.next = timetable.first
   end
   local turn = timetable.next
   timetable.next = turn + interval
   ffi.C.pthread_mutex_unlock(timetable.lock)
   return turn
end

if interval then
   function delay() -- whole milliseconds until the next request: the rest is slept
      due = next_due()
      local left = due - now()
      late = left <= 0
      return late and 0 or math.floor(left / 1000)
   end
end

function request()
   sent = sent + 1
   -- A request that was due while no connection was free has waited since then. Where
   -- one was, a clock that rings late is our own delay, not the server's.
   if due and not late then sleep_until(due) end
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

local threads = {}

function setup(thread)
   local size = ffi.sizeof("struct load_timetable")
   timetable = timetable or ffi.cast(TIMETABLE, ffi.C.calloc(1, size))
   thread:set("address", tonumber(ffi.cast("intptr_t", timetable)))
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
      for _, time in ipairs(thread:get("times")) do all[#all + 1] = time end
   end
   if interval then
      told.due = math.max(0, math.floor((ended - timetable.first) / interval))
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
