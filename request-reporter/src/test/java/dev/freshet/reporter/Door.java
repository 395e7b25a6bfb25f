package dev.freshet.reporter;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.freshet.events.RequestEvent;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** A door that answers as it is told, and keeps what it takes. */
final class Door implements RequestReader.Sink, AutoCloseable {

  final List<RequestEvent> events = new CopyOnWriteArrayList<>();
  final List<String> rejected = new CopyOnWriteArrayList<>();
  final List<String> tokens = new CopyOnWriteArrayList<>();

  /** Statuses of the next answers; 202 when there is none. */
  final Queue<Integer> refusals = new ConcurrentLinkedQueue<>();

  private final HttpServer server;

  Door() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/v1/requests", this::answer);
    server.start();
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = new GZIPInputStream(exchange.getRequestBody()).readAllBytes();
    tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    Integer refusal = refusals.poll();
    int before = rejected.size();
    if (refusal == null) {
      int unused = new RequestReader().read(body, 0, this);
    } else {
      exchange.getResponseHeaders().add("Retry-After", "0");
    }
    byte[] reply =
        "{\"rejected_count\":%d}"
            .formatted(rejected.size() - before)
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(refusal == null ? 202 : refusal, reply.length);
    exchange.getResponseBody().write(reply);
    exchange.close();
  }

  @Override
  public void request(RequestFields event) {
    events.add(event.toEvent());
  }

  @Override
  public void rejected(int index, String reason, int offset, int length) {
    rejected.add(reason);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
