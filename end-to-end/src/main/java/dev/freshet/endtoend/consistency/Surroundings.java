package dev.freshet.endtoend.consistency;

import dev.freshet.events.Topics;
import dev.freshet.runtime.KafkaConnection;
import io.lettuce.core.RedisClient;

/**
 * Where a run takes place.
 *
 * @param client for the Redis at {@code redisUri}
 * @param kafka takes the sink's reports
 */
record Surroundings(RedisClient client, String redisUri, KafkaConnection kafka, Topics topics) {}
