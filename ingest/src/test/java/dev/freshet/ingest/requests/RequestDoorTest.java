package dev.freshet.ingest.requests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.RequestEvent;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import dev.freshet.runtime.Health;
import dev.freshet.runtime.ListenAddress;
import dev.freshet.runtime.config.ByteSize;
import dev.freshet.runtime.config.Secret;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RequestDoorTest {

  private static final String TOKEN = "a token of more than sixteen";
  private static final String GOOD =
      "{\"service\":\"shop\",\"route\":\"/orders/{id}\",\"duration_ms\":12.5}";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private MockProducer<byte[], byte[]> kafka = producer(true);
  private RequestDoor door = door(kafka);
  private Caller caller = new Caller(0);

  private static MockProducer<byte[], byte[]> producer(boolean acknowledges) {
    return new MockProducer<>(
        acknowledges, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private RequestDoor door(MockProducer<byte[], byte[]> producer) {
    return door(producer, Optional.of(new Secret(TOKEN)));
  }

  private RequestDoor door(MockProducer<byte[], byte[]> producer, Optional<Secret> token) {
    return new RequestDoor(
        new RequestsConfig(
            Optional.of("127.0.0.1:0"), token, new ByteSize(4096), new ByteSize(8192), 1, 1),
        new ListenAddress("127.0.0.1", 0),
        new EventWriter("requests", producer),
        registry,
        InstantSource.fixed(Instant.parse("2026-11-22T10:00:00Z")));
  }

  @BeforeEach
  void open() {
    door.start();
    caller = new Caller(door.port());
  }

  @AfterEach
  void close() {
    door.close();
  }

  private void openAgain(MockProducer<byte[], byte[]> producer) {
    door.close();
    kafka = producer;
    door = door(producer);
    open();
  }

  private List<RequestEvent> written() {
    List<RequestEvent> events = new ArrayList<>();
    RequestReader reader = new RequestReader();
    kafka
        .history()
        .forEach(
            record ->
                reader.read(
                    record.value(),
                    0,
                    new RequestReader.Sink() {
                      @Override
                      public void request(RequestFields event) {
                        events.add(event.toEvent());
                      }

                      @Override
                      public void rejected(int index, String reason, int offset, int length) {
                        throw new AssertionError(reason);
                      }
                    }));
    return events;
  }

  private HttpResponse<byte[]> send(String body, String... headers) {
    String[] all = new String[headers.length + 2];
    System.arraycopy(headers, 0, all, 2, headers.length);
    all[0] = "Authorization";
    all[1] = "Bearer " + TOKEN;
    return caller.json(body, all);
  }

  @Test
  void withoutATokenAnotherSiteCannotWriteThroughABrowserOfThisMachine() throws IOException {
    try (RequestDoor plain = door(producer(true), Optional.empty())) {
      plain.start();
      assertThat(statusLine(plain, "evil.example")).contains(" 403 ");
      assertThat(statusLine(plain, "localhost")).contains(" 202 ");
    }
  }

  private static String statusLine(RequestDoor of, String host) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), of.port())) {
      String request =
          "POST /v1/requests HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
              + "Content-Length: %d\r\nConnection: close\r\n\r\n%s";
      socket
          .getOutputStream()
          .write(request.formatted(host, GOOD.length(), GOOD).getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.lines().findFirst().orElse("");
    }
  }

  @Test
  void keepsTheGoodOnesAndTellsWhatWasWrongWithTheOthers() {
    HttpResponse<byte[]> response = send(GOOD + "\n{\"service\":\"shop\"}\n" + GOOD);
    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(Caller.text(response))
        .isEqualTo(
            """
            {"accepted":2,"rejected_count":1,\
            "rejected":[{"index":1,"reason":"duration_ms: is missing"}]}\
            """);
    assertThat(written()).hasSize(2);
    assertThat(written().get(0).timeMillis())
        .isEqualTo(Instant.parse("2026-11-22T10:00:00Z").toEpochMilli());
    assertThat(
            registry
                .counter("freshet.requests.received", "path", "/v1/requests", "outcome", "accepted")
                .count())
        .isEqualTo(2);
  }

  @Test
  void onlyBadEventsAreABadRequest() {
    HttpResponse<byte[]> response = send("nonsense");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
    assertThat(Caller.text(response)).contains("\"status\":400", "found 'n'");
    assertThat(written()).isEmpty();
  }

  @Test
  void aWrongTokenOpensNothing() {
    for (String shown : new String[] {"Bearer nonsense", "Bearer", "Basic " + TOKEN, "Bearer "}) {
      HttpResponse<byte[]> response = caller.json(GOOD, "Authorization", shown);
      assertThat(response.statusCode()).as(shown).isEqualTo(401);
      assertThat(response.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
    }
    assertThat(caller.json(GOOD).statusCode()).isEqualTo(401);
    assertThat(written()).isEmpty();
  }

  @Test
  void otherPathsAndMethodsAreProblemsAsWell() {
    HttpResponse<byte[]> path = caller.send("/v1/nothing", "application/json", Caller.utf8(GOOD));
    assertThat(path.statusCode()).isEqualTo(404);
    assertThat(Caller.text(path))
        .isEqualTo(
            """
            {"title":"Not Found","status":404,"detail":"POST /v1/nothing is not answered here; \
            POST /v1/requests and POST /v1/traces are"}\
            """);
    HttpResponse<byte[]> method = caller.get("/v1/requests");
    assertThat(method.statusCode()).isEqualTo(405);
    assertThat(method.headers().firstValue("Allow")).hasValue("POST");
    assertThat(method.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
  }

  @Test
  void aBrowserCannotBeMadeToSendEventsWithAForm() {
    HttpResponse<byte[]> response =
        caller.send(
            "/v1/requests", "text/plain", Caller.utf8(GOOD), "Authorization", "Bearer " + TOKEN);
    assertThat(response.statusCode()).isEqualTo(415);
  }

  @Test
  void unpacksGzipAndOnlyThat() {
    byte[] packed = Caller.gzip(Caller.utf8(GOOD));
    String[] gzip = {"Authorization", "Bearer " + TOKEN, "Content-Encoding", "gzip"};
    String[] brotli = {"Authorization", "Bearer " + TOKEN, "Content-Encoding", "br"};
    String type = "application/x-ndjson";
    assertThat(caller.send("/v1/requests", type, packed, gzip).statusCode()).isEqualTo(202);
    assertThat(caller.send("/v1/requests", type, packed, brotli).statusCode()).isEqualTo(415);
    assertThat(caller.send("/v1/requests", type, Caller.utf8(GOOD), gzip).statusCode())
        .isEqualTo(400);
    assertThat(written()).hasSize(1);
  }

  @Test
  void aBodyIsBoundedAsItComesAndOnceUnpacked() {
    byte[] bomb = Caller.gzip(new byte[1 << 20]);
    assertThat(bomb.length).isLessThan(4096);
    String[] gzip = {"Authorization", "Bearer " + TOKEN, "Content-Encoding", "gzip"};
    HttpResponse<byte[]> unpacked = caller.send("/v1/requests", "application/json", bomb, gzip);
    assertThat(unpacked.statusCode()).isEqualTo(413);
    assertThat(Caller.text(unpacked)).contains("8kb once unpacked");
    HttpResponse<byte[]> plain = send(" ".repeat(4097));
    assertThat(plain.statusCode()).isEqualTo(413);
    assertThat(Caller.text(plain)).contains("at most 4kb");
    assertThat(send(" ".repeat(4096 - GOOD.length()) + GOOD).statusCode()).isEqualTo(202);
  }

  @Test
  void nothingIsAcceptedBeforeKafkaSaysSoAndOthersAreToldToComeAgain() throws Exception {
    openAgain(producer(false));
    CompletableFuture<HttpResponse<byte[]>> first = CompletableFuture.supplyAsync(() -> send(GOOD));
    while (kafka.history().isEmpty()) {
      assertThat(first).isNotDone();
      Thread.onSpinWait();
    }
    HttpResponse<byte[]> second = send(GOOD);
    assertThat(second.statusCode()).isEqualTo(429);
    assertThat(second.headers().firstValue("Retry-After")).hasValue("1");
    assertThat(first).isNotDone();
    assertThat(kafka.completeNext()).isTrue();
    assertThat(first.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
  }

  @Test
  void whatKafkaDoesNotTakeIsUnavailableAndTheDoorSaysSo() throws Exception {
    openAgain(producer(false));
    CompletableFuture<HttpResponse<byte[]>> call = CompletableFuture.supplyAsync(() -> send(GOOD));
    while (kafka.history().isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(kafka.errorNext(new NotEnoughReplicasException("two of three"))).isTrue();
    HttpResponse<byte[]> response = call.get(10, TimeUnit.SECONDS);
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
    assertThat(Caller.text(response)).contains("send the events again");
    assertThat(door.health())
        .isEqualTo(
            new Health(
                Health.State.DEGRADED, "Kafka did not acknowledge: NotEnoughReplicasException"));
  }

  @Test
  void closingWaitsForThoseUnderWay() throws Exception {
    openAgain(producer(false));
    CompletableFuture<HttpResponse<byte[]>> call = CompletableFuture.supplyAsync(() -> send(GOOD));
    while (kafka.history().isEmpty()) {
      Thread.onSpinWait();
    }
    CompletableFuture<?> closed = CompletableFuture.runAsync(door::close);
    assertThat(kafka.completeNext()).isTrue();
    assertThat(call.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(202);
    closed.get(10, TimeUnit.SECONDS);
    assertThat(door.health().state()).isEqualTo(Health.State.STOPPED);
    assertThat(kafka.closed()).isTrue();
  }
}
