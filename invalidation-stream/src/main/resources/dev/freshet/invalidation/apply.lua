-- APPLY: make tags stale, in one atomic step of bounded length.
--
-- Raises the mark of each tag to its transaction, deletes the tag's members, and, when no tag is
-- left over, remembers the position in the head. Marks, offsets and the floor only ever grow, so
-- that duplicates and any order are harmless.
--
-- KEYS[1] head (hash)   KEYS[2] marks (sorted set: tag -> highest transaction that touched it)
-- ARGV[1] prefix of a tag's index (sorted set: entry key -> expiry, ms)
-- ARGV[2] budget: how many deletes and look-ups this call may do
-- ARGV[3] how many names of deleted keys to return at most
-- ARGV[4] n, the number of tags; then n pairs: tag, transaction ("0" when not known)
-- then: floor ("" for none), and pairs: field, value for the head
--
-- Returns {tags done, keys deleted, index of tag, key, index of tag, key, ...}. When fewer than n
-- tags are done, call again with the rest; the last one may be half deleted.
local head, marks = KEYS[1], KEYS[2]
local index, budget = ARGV[1], tonumber(ARGV[2])
local names, n = tonumber(ARGV[3]), tonumber(ARGV[4])
local reply = { n, 0 }
local raised = {}
local dead, sets = {}, {}

for i = 1, n do
  if budget <= 0 then
    reply[1] = i - 1
    break
  end
  local tag, xid = ARGV[3 + 2 * i], ARGV[4 + 2 * i]
  if xid ~= '0' then
    raised[#raised + 1] = xid
    raised[#raised + 1] = tag
  end
  local set = index .. tag
  local members = redis.call('ZRANGE', set, 0, budget - 1)
  local found = #members
  if found > 0 then
    for m = 1, found do
      dead[#dead + 1] = members[m]
    end
    for m = 1, math.min(found, names) do
      reply[#reply + 1] = i
      reply[#reply + 1] = members[m]
    end
    names = math.max(0, names - found)
    if found == budget and redis.call('ZREMRANGEBYRANK', set, 0, found - 1) == found
      and redis.call('EXISTS', set) == 1 then
      reply[1] = i - 1
      budget = 0
      break
    end
    sets[#sets + 1] = set
  end
  budget = budget - found - 1
end

-- All at once: for tags with one member a command each would cost more than the deletes.
if #dead > 0 then
  reply[2] = redis.call('UNLINK', unpack(dead))
end
if #sets > 0 then
  redis.call('UNLINK', unpack(sets))
end
if #raised > 0 then
  redis.call('ZADD', marks, 'GT', unpack(raised))
end

if reply[1] == n then
  local at = 5 + 2 * n
  local floor = ARGV[at]
  if floor and floor ~= '' then
    if tonumber(floor) > tonumber(redis.call('HGET', head, 'floor') or '-1') then
      redis.call('HSET', head, 'floor', floor)
    end
  end
  for field = at + 1, #ARGV - 1, 2 do
    redis.call('HSET', head, ARGV[field], ARGV[field + 1])
  end
  -- Marks at or below the floor say nothing any more. More go than come, so they do not pile up.
  local known = redis.call('HGET', head, 'floor')
  if known then
    local old = redis.call('ZRANGEBYSCORE', marks, '-inf', known, 'LIMIT', 0, 2 * n + 100)
    if #old > 0 then
      redis.call('ZREM', marks, unpack(old))
    end
  end
end
return reply
