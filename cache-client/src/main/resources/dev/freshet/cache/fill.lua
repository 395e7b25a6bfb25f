-- FILL: store a loaded value, unless a change it may not have seen was already applied.
-- The contract is docs/reference/redis-protocol.md.
--
-- KEYS[1] entry
-- ARGV prefix, incarnation, xmin, unfinished, time to live (ms), value, tag...
--
-- Returns {1} when stored, or {0, reason, ...}. All other keys share the entry's slot.
local call = redis.call
local prefix, xmin, ttl = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[5])
local head = call('HMGET', prefix .. 'head', 'floor', 'incarnation')
if not head[1] then
  return { 0, 'closed' }
end
if (head[2] or '') ~= ARGV[2] then
  return { 0, 'incarnation', head[2] or '' }
end
if xmin <= tonumber(head[1]) then
  return { 0, 'floor', head[1] }
end
if #ARGV == 6 then
  call('SET', KEYS[1], ARGV[6], 'PX', ARGV[5])
  return { 1 }
end

local marks = call('ZMSCORE', prefix .. 'marks', unpack(ARGV, 7))
local highest, visible = 0, nil
for i = 1, #marks do
  local mark = marks[i] and tonumber(marks[i])
  if mark and mark >= xmin then
    visible = visible or tonumber(string.match(ARGV[4], '^%d+')) or 0
    if mark >= visible then
      return { 0, 'mark', ARGV[6 + i], marks[i] }
    end
    highest = math.max(highest, mark)
  end
end
-- A mark between xmin and xmax: whatever was applied up to it must be in the snapshot. Above it
-- nothing touched these tags.
if highest > 0 then
  for x in string.gmatch(string.match(ARGV[4], ':(.*)') or '', '%d+') do
    local xid = tonumber(x)
    if xid <= highest
      and call('GETBIT', prefix .. 'applied:' .. math.floor(xid / 65536), xid % 65536) == 1
    then
      return { 0, 'unfinished', x }
    end
  end
end

call('SET', KEYS[1], ARGV[6], 'PX', ARGV[5])
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Late by at most a sixteenth of the time to live: most fills then leave scores as they are, which
-- costs a look-up only.
local _, exponent = math.frexp(ttl)
local step = math.max(1, math.ldexp(1, exponent - 5))
-- As text: Redis writes a number with 17 digits each time it is an argument.
local expiry = string.format('%.0f', now + ttl + step - (now + ttl) % step)
local index = prefix .. 'tag:'
-- Only what the index did not have with this score: the registry was told of the rest before.
local known
for i = 7, #ARGV do
  local tag = ARGV[i]
  if call('ZADD', index .. tag, 'CH', expiry, KEYS[1]) == 1 then
    if known then
      known[#known + 1] = expiry
      known[#known + 1] = tag
    else
      known = { 'GT', expiry, tag }
    end
  end
end
if known then
  call('ZADD', prefix .. 'tags', unpack(known))
end
-- One fill in sixteen prunes, by the clock's microseconds; it removes more than sixteen fills of few
-- tags add. Of many tags it looks at some, from where the clock says on: Redis is not to pause.
if time[2] % 16 == 0 then
  local tags, budget = #ARGV - 6, 256
  local first = math.floor(time[2] / 16)
  for i = 0, tags - 1 do
    if budget <= 0 then
      break
    end
    local set = index .. ARGV[7 + (first + i) % tags]
    local gone = call('ZRANGEBYSCORE', set, '-inf', now, 'LIMIT', 0, math.min(64, budget))
    if #gone > 0 then
      call('ZREM', set, unpack(gone))
    end
    budget = budget - #gone - 1
  end
end
return { 1 }
