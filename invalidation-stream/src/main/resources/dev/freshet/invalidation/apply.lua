-- APPLY: make tags stale, in one atomic step of bounded length.
--
-- Raises the mark of each tag to its transaction, deletes the tag's members, tells the feed, and, in
-- the call that ends a batch, remembers the position in the head. Marks, offsets and the floor only
-- ever grow, so that duplicates and any order are harmless.
--
-- KEYS[1] head
-- ARGV[1] prefix of the bucket's keys   ARGV[2] incarnation, as the caller knows it
-- ARGV[3] budget: how many deletes and look-ups this call may do
-- ARGV[4] how many names of deleted keys to return at most
-- ARGV[5] n, the number of tags   ARGV[6] m, the number of further transactions
-- n pairs: tag, the newest transaction that touched it ("0" when not known)
-- m older transactions that touched one of these tags too
-- In the call that ends a batch, then:
--   partitions of the topic, marks to keep at most, how much to sweep,
--   floor ("" for none), lost ("" unless the head is not open yet: what may be missing is at or below),
--   and for each partition of the batch: partition, offset the head had ("" when not known), next
--   offset, newest heartbeat "committed_us xid xmin lsn" ("" for none)
--
-- Returns {tags done, keys deleted, 1 when there is more to sweep, 1 when fills are accepted,
-- index of tag, key, index of tag, key, ...}. When fewer than n tags are done, call again with the
-- rest; the last one may be half deleted.
local call = redis.call
local head, prefix = KEYS[1], ARGV[1]
local budget, names, n = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local known = call('HMGET', head, 'incarnation', 'floor')
if known[1] ~= ARGV[2] then
  return redis.error_reply('LOST the head is not the one this caller opened')
end
local floor = tonumber(known[2] or '')
local last = 7 + 2 * n + tonumber(ARGV[6])
for i = last + 5, #ARGV, 4 do
  local offset = call('HGET', head, 'offset:' .. ARGV[i])
  if ARGV[i + 1] ~= '' and tonumber(offset or '-1') < tonumber(ARGV[i + 1]) then
    return redis.error_reply('BEHIND the head has an older offset than it acknowledged')
  end
end

local reply = { n, 0, 0, floor and 1 or 0 }
local raised, bits, dead, sets, told = {}, {}, {}, {}, {}
local index = prefix .. 'tag:'
local before

-- A fill that sends what its snapshot misses is judged by these: every transaction of a tag counts,
-- not only the newest.
local function remember(xid)
  local id = tonumber(xid)
  local page = math.floor(id / 65536)
  local ops = bits[page]
  if not ops then
    ops = {}
    bits[page] = ops
  elseif #ops >= 1024 then
    call('BITFIELD', prefix .. 'applied:' .. page, unpack(ops))
    ops = {}
    bits[page] = ops
  end
  local at = #ops
  ops[at + 1], ops[at + 2], ops[at + 3], ops[at + 4] = 'SET', 'u1', id % 65536, 1
end

for i = 7 + 2 * n, last - 1 do
  remember(ARGV[i])
end

-- Redis writes a number with 17 digits each time it is an argument, so that the look-ups pass text.
local most, last_member = 0, ''
local raises, deaths, emptied, words = 0, 0, 0, #reply
for i = 1, n do
  if budget <= 0 then
    reply[1] = i - 1
    break
  end
  local tag, xid = ARGV[5 + 2 * i], ARGV[6 + 2 * i]
  told[i] = tag
  if xid ~= '0' then
    raised[raises + 1] = xid
    raised[raises + 2] = tag
    raises = raises + 2
    if xid ~= before then
      before = xid
      remember(xid)
    end
  end
  if budget < most or most == 0 then
    most = budget > 64 and budget - budget % 64 or budget
    last_member = tostring(most - 1)
  end
  local set = index .. tag
  local members = call('ZRANGE', set, '0', last_member)
  local found = #members
  if found > 0 then
    for m = 1, found do
      dead[deaths + m] = members[m]
    end
    deaths = deaths + found
    if names > 0 then
      for m = 1, math.min(found, names) do
        reply[words + 1] = i
        reply[words + 2] = members[m]
        words = words + 2
      end
      names = math.max(0, names - found)
    end
    if found == most and call('ZREMRANGEBYRANK', set, 0, found - 1) == found
      and call('EXISTS', set) == 1 then
      reply[1] = i - 1
      break
    end
    emptied = emptied + 1
    sets[emptied] = set
  end
  budget = budget - found - 1
end

-- All at once: for tags with one member a command each would cost more than the deletes.
if #dead > 0 then
  reply[2] = call('UNLINK', unpack(dead))
end
if #sets > 0 then
  call('UNLINK', unpack(sets))
end
if #raised > 0 then
  call('ZADD', prefix .. 'marks', 'GT', unpack(raised))
end
for page, ops in pairs(bits) do
  call('BITFIELD', prefix .. 'applied:' .. page, unpack(ops))
end

-- The newest heartbeat that every partition has passed: the oldest of the partitions' newest.
local function watermark(partitions)
  local fields = {}
  for p = 1, partitions do
    fields[p] = 'heartbeat:' .. (p - 1)
  end
  local oldest, text
  for _, beat in ipairs(call('HMGET', head, unpack(fields))) do
    local committed = beat and tonumber(string.match(beat, '^%d+'))
    if not committed then
      return nil
    end
    if not oldest or committed < oldest then
      oldest, text = committed, beat
    end
  end
  return text
end

-- Fills are accepted from when every partition has said what may be missing.
local function open(partitions)
  local fields = {}
  for p = 1, partitions do
    fields[p] = 'lost:' .. (p - 1)
  end
  local most = 0
  for _, lost in ipairs(call('HMGET', head, unpack(fields))) do
    if not lost then
      return nil
    end
    most = math.max(most, tonumber(lost))
  end
  call('HDEL', head, unpack(fields))
  return most
end

-- Forgets what says nothing any more, `limit` of each kind; true when there is more.
local function sweep(limit, keep)
  local marks, more = prefix .. 'marks', false
  local over = call('ZCARD', marks) - keep
  if over > 0 then
    local at = call('ZRANGE', marks, over - 1, over - 1, 'WITHSCORES')
    floor = math.max(floor, tonumber(at[2]))
  end
  local old = call('ZCOUNT', marks, '-inf', floor)
  if old > 0 then
    call('ZREMRANGEBYRANK', marks, 0, math.min(old, limit) - 1)
    more = old > limit
  end
  local time = call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local expired = call('ZRANGEBYSCORE', prefix .. 'tags', '-inf', now, 'LIMIT', 0, limit)
  if #expired > 0 then
    call('ZREM', prefix .. 'tags', unpack(expired))
    for i = 1, #expired do
      expired[i] = index .. expired[i]
    end
    call('UNLINK', unpack(expired))
    more = more or #expired == limit
  end
  local page = math.floor(floor / 65536)
  local from = tonumber(call('HGET', head, 'applied_from') or page)
  local to = math.min(page, from + 16)
  for gone = from, to - 1 do
    call('UNLINK', prefix .. 'applied:' .. gone)
  end
  call('HSET', head, 'applied_from', to)
  return more or to < page
end

local committed, xmin = '0', '0'
if reply[1] == n and ARGV[last] then
  local partitions, beat = tonumber(ARGV[last]), false
  if not floor and ARGV[last + 4] ~= '' then
    for i = last + 5, #ARGV, 4 do
      call('HSET', head, 'lost:' .. ARGV[i], ARGV[last + 4])
    end
    floor = open(partitions)
  end
  if floor then
    reply[4] = 1
    floor = math.max(floor, tonumber(ARGV[last + 3]) or 0)
    if tonumber(ARGV[last + 2]) > 0 and sweep(tonumber(ARGV[last + 2]), tonumber(ARGV[last + 1])) then
      reply[3] = 1
    end
    if floor ~= tonumber(known[2] or '') then
      call('HSET', head, 'floor', string.format('%.0f', floor))
    end
  end
  for i = last + 5, #ARGV, 4 do
    call('HSET', head, 'offset:' .. ARGV[i], ARGV[i + 2])
    if ARGV[i + 3] ~= '' then
      beat = true
      call('HSET', head, 'heartbeat:' .. ARGV[i], ARGV[i + 3])
    end
  end
  local newest = beat and watermark(partitions)
  if newest then
    local xid, lsn
    committed, xid, xmin, lsn = string.match(newest, '^(%d+) (%d+) (%d+) (%S+)$')
    call('HSET', head, 'committed_us', committed, 'xid', xid, 'xmin', xmin, 'lsn', lsn)
  end
end

if #told > 0 or committed ~= '0' then
  -- Written by hand: the encoder of tables would round the microseconds.
  local seq = call('HINCRBY', head, 'seq', 1)
  call('PUBLISH', prefix .. 'feed', '["' .. ARGV[2] .. '",' .. string.format('%.0f', seq) .. ','
    .. committed .. ',' .. xmin .. ',' .. (#told > 0 and cjson.encode(told) or '[]') .. ']')
end
return reply
