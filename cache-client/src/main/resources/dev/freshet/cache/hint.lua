-- HINT: what the writer itself knows to be stale, ahead of the log. Has the effects of APPLY on
-- marks, members and local caches, and none on the position: the log tells the same again.
--
-- KEYS[1] head
-- ARGV prefix, transaction ("0" when not known), budget: how many deletes and look-ups this call
-- may do, n: the number of tags, then n tags, then keys of single entries
--
-- Returns {tags done, keys deleted}. When fewer than n tags are done, call again with the rest; the
-- last one may be half deleted.
local prefix, xid, budget, n = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local done, deleted = n, 0
local told, raised = {}, {}

for i = 1, n do
  if budget <= 0 then
    done = i - 1
    break
  end
  local tag = ARGV[4 + i]
  told[#told + 1] = tag
  raised[#raised + 1] = xid
  raised[#raised + 1] = tag
  local index = prefix .. 'tag:' .. tag
  local members = redis.call('ZRANGE', index, 0, budget - 1)
  if #members > 0 then
    deleted = deleted + redis.call('UNLINK', unpack(members))
    redis.call('ZREMRANGEBYRANK', index, 0, #members - 1)
    if #members == budget and redis.call('EXISTS', index) == 1 then
      done = i - 1
      break
    end
  end
  budget = budget - #members - 1
end

if done == n then
  for i = 5 + n, #ARGV do
    told[#told + 1] = 'entry:' .. ARGV[i]
    deleted = deleted + redis.call('UNLINK', prefix .. 'entry:' .. ARGV[i])
  end
end
if xid ~= '0' and #raised > 0 then
  local id = tonumber(xid)
  redis.call('ZADD', prefix .. 'marks', 'GT', unpack(raised))
  redis.call('SETBIT', prefix .. 'applied:' .. math.floor(id / 65536), id % 65536, 1)
end
local incarnation = redis.call('HGET', KEYS[1], 'incarnation')
if incarnation and #told > 0 then
  local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  redis.call('PUBLISH', prefix .. 'feed', '["' .. incarnation .. '",' .. string.format('%.0f', seq)
    .. ',0,0,' .. cjson.encode(told) .. ']')
end
return { done, deleted }
