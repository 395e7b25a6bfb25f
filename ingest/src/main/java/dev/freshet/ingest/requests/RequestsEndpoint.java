package dev.freshet.ingest.requests;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.freshet.events.RequestEvent;
import dev.freshet.events.RequestFields;
import dev.freshet.events.RequestReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** {@code POST /v1/requests}: Freshet's own request events, in any of their forms. */
final class RequestsEndpoint implements Endpoint {

  /** Of more bad events than these, only the number is told. */
  private static final int MOST_REASONS = 100;

  private static final Set<String> TYPES =
      Set.of("application/json", "application/x-ndjson", "application/vnd.freshet.requests");
  private static final String JSON_TYPE = "application/json";
  private static final String PROBLEM_TYPE = "application/problem+json";
  private static final JsonFactory JSON = new JsonFactory();

  @Override
  public String path() {
    return "/v1/requests";
  }

  @Override
  public Set<String> contentTypes() {
    return TYPES;
  }

  @Override
  public Parsed parse(byte[] body, String contentType, long nowMillis) {
    Collected collected = new Collected();
    int count = new RequestReader().read(body, nowMillis, collected);
    return new Parsed(collected.events, count - collected.events.size(), collected.rejected);
  }

  @Override
  public Reply accepted(Parsed parsed, String contentType) {
    boolean nothingGood = parsed.events().isEmpty() && parsed.rejectedCount() > 0;
    int status = nothingGood ? 400 : 202;
    String type = nothingGood ? PROBLEM_TYPE : JSON_TYPE;
    return new Reply(
        status,
        type,
        json(
            out -> {
              if (nothingGood) {
                problem(out, status, "no event could be read");
              }
              out.writeNumberField("accepted", parsed.events().size());
              out.writeNumberField("rejected_count", parsed.rejectedCount());
              out.writeArrayFieldStart("rejected");
              for (Rejected rejected : parsed.rejected()) {
                out.writeStartObject();
                out.writeNumberField("index", rejected.index());
                out.writeStringField("reason", rejected.reason());
                out.writeEndObject();
              }
              out.writeEndArray();
            }),
        0);
  }

  @Override
  public Reply refused(Refusal refusal, String contentType) {
    return problem(refusal);
  }

  /** A refusal as RFC 9457 says it. */
  static Reply problem(Refusal refusal) {
    byte[] body = json(out -> problem(out, refusal.status(), refusal.detail()));
    return new Reply(refusal.status(), PROBLEM_TYPE, body, refusal.retryAfterSeconds());
  }

  private static void problem(JsonGenerator out, int status, String detail) throws IOException {
    out.writeStringField("title", HttpStatus.title(status));
    out.writeNumberField("status", status);
    out.writeStringField("detail", detail);
  }

  private interface Members {
    void write(JsonGenerator out) throws IOException;
  }

  private static byte[] json(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      members.write(out);
      out.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static final class Collected implements RequestReader.Sink {
    final List<RequestEvent> events = new ArrayList<>();
    final List<Rejected> rejected = new ArrayList<>();

    @Override
    public void request(RequestFields event) {
      events.add(event.toEvent());
    }

    @Override
    public void rejected(int index, String reason, int offset, int length) {
      if (rejected.size() < MOST_REASONS) {
        rejected.add(new Rejected(index, reason));
      }
    }
  }
}
