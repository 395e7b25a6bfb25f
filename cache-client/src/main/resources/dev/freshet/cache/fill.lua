-- FILL: store a loaded value, unless a change it may not have seen was already applied.
--
-- The fence is the xmin of the load's snapshot: every transaction below it is finished and was
-- visible to the load. A tag whose mark is at or above the fence was touched by a transaction the
-- load may have missed. A fence at or below the floor is too old to be judged by marks at all.
--
-- KEYS[1] entry (string)   KEYS[2] head (hash)   KEYS[3] marks (sorted set)
-- ARGV[1] fence   ARGV[2] time to live, ms   ARGV[3] value   ARGV[4] prefix of a tag's index
-- ARGV[5..] tags
--
-- Returns {1} when stored; {0, "no-head"} while no watermark was applied yet; {0, "floor", floor};
-- {0, "mark", tag, mark}.
local entry, head, marks = KEYS[1], KEYS[2], KEYS[3]
local fence, ttl = tonumber(ARGV[1]), tonumber(ARGV[2])
local floor = redis.call('HGET', head, 'floor')
if not floor then
  return { 0, 'no-head' }
end
if fence <= tonumber(floor) then
  return { 0, 'floor', floor }
end
local tags = {}
for i = 5, #ARGV do
  tags[#tags + 1] = ARGV[i]
end
if #tags > 0 then
  local known = redis.call('ZMSCORE', marks, unpack(tags))
  for i = 1, #tags do
    if known[i] and tonumber(known[i]) >= fence then
      return { 0, 'mark', tags[i], known[i] }
    end
  end
end
redis.call('SET', entry, ARGV[3], 'PX', ttl)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for i = 1, #tags do
  local index = ARGV[4] .. tags[i]
  redis.call('ZADD', index, now + ttl, entry)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', now)
  if redis.call('PTTL', index) < ttl then
    redis.call('PEXPIRE', index, ttl)
  end
end
return { 1 }
