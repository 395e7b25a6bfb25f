package dev.freshet.runtime.http;

import dev.freshet.runtime.ListenAddress;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.util.JavalinException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An HTTP server that is bounded in everything a stranger can make large: threads, connections,
 * headers, and how long a connection may be silent. Bodies are bounded by who reads them. Each
 * answer carries the headers that keep browsers from making use of it elsewhere. Thread-safe.
 */
public final class HttpServer implements AutoCloseable {

  /** Above those who may be answered at once, to tell others that they may not; and Jetty's own. */
  private static final int SPARE_THREADS = 16;

  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int IDLE_THREAD_MILLIS = 60_000;
  private static final int MOST_HEADER_BYTES = 8 << 10;

  /** Longer than the slowest answer takes, and than a live stream is silent. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Javalin server;

  /**
   * What differs between servers.
   *
   * @param concurrency how many requests the owner answers at once
   * @param connections how many may be open; others wait to be accepted
   * @param drain how long closing waits for requests under way
   */
  public record Limits(int concurrency, int connections, Duration drain) {}

  /**
   * A server that does not listen yet.
   *
   * @param routes sets paths, handlers and servlets
   */
  public HttpServer(Limits limits, Consumer<JavalinConfig> routes) {
    this.server =
        Javalin.create(
            javalin -> {
              javalin.startup.showJavalinBanner = false;
              javalin.http.prefer405over404 = true;
              javalin.jetty.threadPool =
                  new QueuedThreadPool(
                      limits.concurrency + SPARE_THREADS, SPARE_THREADS / 2, IDLE_THREAD_MILLIS);
              javalin.jetty.modifyServer(
                  jetty -> {
                    jetty.setStopTimeout(limits.drain.toMillis());
                    jetty.insertHandler(new GracefulHandler());
                    jetty.insertHandler(new Secured());
                    jetty.setErrorHandler(new BareErrors());
                    jetty.addBean(new NetworkConnectionLimit(limits.connections, jetty));
                    jetty.addEventListener(new QuietConnections(jetty, limits.drain));
                  });
              javalin.jetty.modifyHttpConfiguration(
                  http -> {
                    http.setSendServerVersion(false);
                    http.setRequestHeaderSize(MOST_HEADER_BYTES);
                    http.setIdleTimeout(SILENCE.toMillis());
                  });
              routes.accept(javalin);
            });
  }

  /** On every answer, whoever gives it: pages, live streams, and what Jetty itself refuses. */
  private static final class Secured extends Handler.Wrapper {

    private static final Map<String, String> HEADERS =
        Map.of(
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
                + " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      HEADERS.forEach(response.getHeaders()::put);
      return super.handle(request, response, callback);
    }
  }

  /**
   * Listens.
   *
   * @throws RuntimeException when it cannot; its message says why
   */
  public void start(ListenAddress address) {
    server.start(address.host(), address.port());
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** Answers those under way, for a time, and ends. */
  @Override
  public void close() {
    // Jetty does not stop in good order on a thread that was interrupted, and that is how we end.
    boolean interrupted = Thread.interrupted();
    try {
      server.stop();
    } catch (JavalinException e) {
      if (!(e.getCause() instanceof TimeoutException)) {
        throw e;
      }
      LOG.debug("what was still open when the time was up has been cut", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Connections that are only kept for another request would hold up the end for a second, which is
   * Jetty's default. Known only once it has started.
   */
  private record QuietConnections(Server jetty, Duration drain) implements LifeCycle.Listener {
    @Override
    public void lifeCycleStarted(LifeCycle started) {
      for (Connector connector : jetty.getConnectors()) {
        if (connector instanceof AbstractConnector kept) {
          kept.setShutdownIdleTimeout(drain.toMillis() / 10);
        }
      }
    }
  }
}
