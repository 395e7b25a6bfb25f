package dev.freshet.materializer;

import dev.freshet.materializer.view.Database;
import dev.freshet.runtime.ConsumerLags;
import dev.freshet.runtime.PostgresConnection;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a process that is killed at one step: from then on nothing it does reaches Kafka
 * or Postgres, not even a rollback.
 *
 * <p>Steps are called {@code "before send rows"}, {@code "after kafka commit"}, {@code "before
 * UPDATE freshet.views …"}, {@code "before commit of UPDATE freshet.views …"}: a commit has the
 * name of the last statement before it.
 */
final class DyingProcess {

  private final Predicate<String> fatal;
  private volatile boolean dead;

  /** A process that dies at the first step this is true of. */
  DyingProcess(Predicate<String> fatal) {
    this.fatal = fatal;
  }

  boolean isDead() {
    return dead;
  }

  private boolean diesAt(String step) {
    if (!dead && fatal.test(step)) {
      dead = true;
    }
    return dead;
  }

  Database database(PostgresConnection postgres) {
    Database real = new Database(postgres);
    return new Database(
        postgres,
        () -> {
          if (dead) {
            throw new SQLException("killed");
          }
          return proxy(Connection.class, new Session(real.open()));
        });
  }

  /** A connection or one of its statements, with the last statement that went over it. */
  private final class Session implements InvocationHandler {
    private final Connection connection;
    private String last = "";

    Session(Connection connection) {
      this.connection = connection;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object[] arguments)
        throws Throwable {
      return call(connection, method, arguments);
    }

    private @Nullable Object call(Object on, Method method, @Nullable Object @Nullable [] arguments)
        throws Throwable {
      if (method.getName().equals("close")) {
        return real(on, method, arguments);
      }
      String step = method.getName();
      if (step.equals("commit")) {
        step = "commit of " + last;
      } else if (step.matches("(prepare|execute).*")
          && arguments != null
          && arguments[0] instanceof String sql) {
        last = sql.strip().replaceAll("\\s+", " ");
        step = last;
      }
      if (diesAt("before " + step)) {
        throw new SQLException("killed");
      }
      Object result = real(on, method, arguments);
      if (diesAt("after " + step)) {
        throw new SQLException("killed");
      }
      return method.getName().equals("createStatement")
          ? proxy(
              Statement.class, (p, m, a) -> call(java.util.Objects.requireNonNull(result), m, a))
          : result;
    }
  }

  /** Kafka Streams' own clients, the producer among them dying with the process. */
  ConsumerLags clients() {
    return new ConsumerLags() {
      @Override
      @SuppressWarnings("unchecked")
      public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Producer<byte[], byte[]> real = super.getProducer(config);
        return proxy(Producer.class, (proxy, method, arguments) -> call(real, method, arguments));
      }
    };
  }

  private @Nullable Object call(
      Producer<byte[], byte[]> producer, Method method, @Nullable Object[] arguments)
      throws Throwable {
    if (method.getName().equals("close")) {
      producer.close(dead ? Duration.ZERO : Duration.ofSeconds(10));
      return null;
    }
    String step =
        switch (method.getName()) {
          case "send" ->
              ((ProducerRecord<?, ?>) arguments[0]).topic().endsWith("-changelog")
                  ? "send state"
                  : "send rows";
          case "sendOffsetsToTransaction" -> "send offsets";
          case "commitTransaction" -> "kafka commit";
          default -> method.getName();
        };
    if (diesAt("before " + step)) {
      throw new KafkaException("killed");
    }
    Object result = real(producer, method, arguments);
    if (diesAt("after " + step)) {
      throw new KafkaException("killed");
    }
    return result;
  }

  private static @Nullable Object real(
      Object on, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    try {
      return method.invoke(on, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(
        Proxy.newProxyInstance(
            DyingProcess.class.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
