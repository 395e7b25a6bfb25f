package dev.freshet.ingest.requests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.CodedOutputStream;
import dev.freshet.events.RequestEvent;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * {@code POST /v1/traces}: OTLP over HTTP. Spans of kind SERVER become request events; others are
 * taken and forgotten, as if there had been none. Answers in the encoding of the question.
 */
final class TracesEndpoint implements Endpoint {

  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON_TYPE = "application/json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Status codes of gRPC, which OTLP's errors carry beside the HTTP status. */
  private static final int INVALID_ARGUMENT = 3;

  private static final int UNAVAILABLE = 14;
  private static final int UNAUTHENTICATED = 16;

  @Override
  public String path() {
    return "/v1/traces";
  }

  @Override
  public Set<String> contentTypes() {
    return Set.of(PROTOBUF, JSON_TYPE);
  }

  @Override
  public Parsed parse(byte[] body, String contentType, long nowMillis) throws Refusal {
    Converted converted = new Converted();
    if (contentType.equals(PROTOBUF)) {
      OtlpProtobuf.read(body, converted);
    } else {
      OtlpJson.read(body, converted);
    }
    return new Parsed(converted.events, converted.rejectedCount, converted.rejected);
  }

  @Override
  public Reply accepted(Parsed parsed, String contentType) {
    String message =
        parsed.rejected().isEmpty() ? "" : "the first: " + parsed.rejected().get(0).reason();
    if (!contentType.equals(PROTOBUF)) {
      ObjectNode reply = JSON.createObjectNode();
      if (parsed.rejectedCount() > 0) {
        reply
            .putObject("partialSuccess")
            .put("rejectedSpans", Integer.toString(parsed.rejectedCount()))
            .put("errorMessage", message);
      }
      return new Reply(200, JSON_TYPE, text(reply), 0);
    }
    ExportTraceServiceResponse.Builder reply = ExportTraceServiceResponse.newBuilder();
    if (parsed.rejectedCount() > 0) {
      reply.setPartialSuccess(
          ExportTracePartialSuccess.newBuilder()
              .setRejectedSpans(parsed.rejectedCount())
              .setErrorMessage(message));
    }
    return new Reply(200, PROTOBUF, reply.build().toByteArray(), 0);
  }

  @Override
  public Reply refused(Refusal refusal, String contentType) {
    int code =
        switch (refusal.status()) {
          case 401 -> UNAUTHENTICATED;
          case 429, 503 -> UNAVAILABLE;
          default -> INVALID_ARGUMENT;
        };
    boolean protobuf = contentType.equals(PROTOBUF);
    byte[] body =
        protobuf
            ? status(code, refusal.detail())
            : text(JSON.createObjectNode().put("code", code).put("message", refusal.detail()));
    return new Reply(
        refusal.status(), protobuf ? PROTOBUF : JSON_TYPE, body, refusal.retryAfterSeconds());
  }

  /** A {@code google.rpc.Status}: code is field 1, message field 2. */
  private static byte[] status(int code, String message) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeInt32(1, code);
      out.writeString(2, message);
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  private static byte[] text(ObjectNode node) {
    return node.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static final class Converted implements Consumer<ServerSpan> {
    private static final int MOST_REASONS = 1;

    final List<RequestEvent> events = new ArrayList<>();
    final List<Rejected> rejected = new ArrayList<>();
    int rejectedCount;

    @Override
    public void accept(ServerSpan span) {
      try {
        events.add(span.toEvent());
      } catch (IllegalArgumentException e) {
        if (rejected.size() < MOST_REASONS) {
          rejected.add(
              new Rejected(events.size() + rejectedCount, span.name() + ": " + e.getMessage()));
        }
        rejectedCount++;
      }
    }
  }
}
