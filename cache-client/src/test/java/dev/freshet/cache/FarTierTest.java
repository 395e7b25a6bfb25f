package dev.freshet.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A Redis that takes every command and answers none. */
class FarTierTest {

  private static final RedisCodec<String, byte[]> CODEC =
      RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

  private final AtomicLong now = new AtomicLong();
  private final List<Future<?>> sent = new ArrayList<>();
  private final CountDownLatch connections = new CountDownLatch(2);
  private final CountDownLatch closed = new CountDownLatch(1);
  private FarTier far;

  @BeforeEach
  @SuppressWarnings({"unchecked", "FutureReturnValueIgnored"}) // proxies know no type arguments
  void connect() {
    StatefulConnection<String, byte[]> connection =
        proxy(
            StatefulConnection.class,
            (proxy, method, args) -> {
              if (method.getName().equals("closeAsync")) {
                closed.countDown();
                return CompletableFuture.completedFuture(null);
              }
              throw new UnsupportedOperationException(method.getName());
            });
    RedisClusterAsyncCommands<String, byte[]> silent =
        proxy(RedisClusterAsyncCommands.class, (proxy, method, args) -> unanswered());
    Link link =
        new Link(
            () -> {
              connections.countDown();
              return new Link.Connected(connection, silent);
            },
            () -> {
              throw new UnsupportedOperationException("no channels");
            },
            System::nanoTime);
    assertThat(link.await(Duration.ofSeconds(20))).isTrue();
    far = new FarTier(link, () -> new Layout("shop", 1), Duration.ofMillis(1), now::get);
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    ClassLoader loader = FarTierTest.class.getClassLoader();
    return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler));
  }

  private RedisFuture<byte[]> unanswered() {
    AsyncCommand<String, byte[], byte[]> command =
        new AsyncCommand<>(new Command<>(CommandType.GET, new ValueOutput<>(CODEC)));
    sent.add(command);
    return command;
  }

  private void late() {
    assertThatThrownBy(() -> far.read("k")).isInstanceOf(RedisCommandTimeoutException.class);
  }

  @Test
  void anInterruptedReaderSaysNothingAboutRedisAndLeavesNothingWaiting() {
    late();
    late();
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> far.read("k"))
        .isInstanceOf(RedisException.class)
        .hasMessageContaining("interrupted");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(far.errors()).isEqualTo(2);
    assertThat(far.leftAlone()).isFalse();
    late();
    assertThat(far.leftAlone()).as("three late answers in a row").isTrue();
    assertThat(sent).hasSize(4).allMatch(Future::isCancelled);
  }

  @Test
  void afterAPauseOneAsksAndTheOthersDoNotWaitWithIt() {
    late();
    late();
    late();
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(far.leftAlone()).isFalse();
    CompletableFuture<?> probe = far.get("k");
    assertThat(sent).hasSize(4);
    assertThat(far.get("k")).isCompletedExceptionally();
    assertThat(far.leftAlone()).isTrue();
    assertThat(sent).as("the probe alone").hasSize(4);
    assertThatThrownBy(() -> probe.get(20, TimeUnit.SECONDS))
        .hasCauseInstanceOf(TimeoutException.class);
  }

  @Test
  void aConnectionThatStaysSilentIsClosedAndAnotherMade() throws InterruptedException {
    late();
    late();
    late();
    now.addAndGet(Duration.ofSeconds(4).toNanos());
    late();
    assertThat(connections.getCount()).as("a pause, not yet a death").isEqualTo(1);
    now.addAndGet(Duration.ofSeconds(1).toNanos());
    late();
    assertThat(connections.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
  }
}
