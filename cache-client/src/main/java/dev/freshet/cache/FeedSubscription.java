package dev.freshet.cache;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateAdapter;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection that hears channels. Its events come on a thread of the Redis client. */
final class FeedSubscription {

  private static final Logger LOG = LoggerFactory.getLogger(FeedSubscription.class);

  /** Who hears them; must return at once. */
  interface Ear {

    void subscribed(FeedSubscription on, String channel);

    void message(FeedSubscription on, String channel, String text);

    void disconnected(FeedSubscription on);
  }

  private final StatefulRedisPubSubConnection<String, String> connection;
  private final Ear ear;

  FeedSubscription(StatefulRedisPubSubConnection<String, String> connection, Ear ear) {
    this.connection = connection;
    this.ear = ear;
    connection.addListener(new Messages());
    connection.addListener(new State());
  }

  /** Does not wait; the ear is told of each channel, also after the client has reconnected. */
  void subscribe(Collection<String> channels) {
    var unused =
        connection
            .async()
            .subscribe(channels.toArray(String[]::new))
            .whenComplete(
                (done, error) -> {
                  if (error != null) {
                    LOG.warn("not subscribed to {}: local caches stay unused", channels, error);
                  }
                });
  }

  boolean open() {
    return connection.isOpen();
  }

  /** Does not wait. */
  void close() {
    var unused = connection.closeAsync();
  }

  private final class Messages extends RedisPubSubAdapter<String, String> {

    @Override
    public void subscribed(String channel, long count) {
      ear.subscribed(FeedSubscription.this, channel);
    }

    @Override
    public void message(String channel, String text) {
      ear.message(FeedSubscription.this, channel, text);
    }
  }

  private final class State extends RedisConnectionStateAdapter {

    @Override
    public void onRedisDisconnected(RedisChannelHandler<?, ?> gone) {
      ear.disconnected(FeedSubscription.this);
    }
  }
}
