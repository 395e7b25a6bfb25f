package dev.freshet.ingest.requests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import dev.freshet.events.CacheOutcome;
import dev.freshet.events.HttpMethod;
import dev.freshet.events.RequestEvent;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TracesEndpointTest {

  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final long START = 1_795_341_600_000_000_000L;

  private static final RequestEvent EVENT =
      new RequestEvent(
          1_795_341_600_012L,
          "shop",
          "/orders/{id}",
          HttpMethod.GET,
          503,
          12_500_000,
          CacheOutcome.MISS,
          4,
          TRACE);

  private final TracesEndpoint endpoint = new TracesEndpoint();

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static KeyValue number(String key, long value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setIntValue(value))
        .build();
  }

  private static Span.Builder span() {
    return Span.newBuilder()
        .setKind(Span.SpanKind.SPAN_KIND_SERVER)
        .setName("GET /orders/{id}")
        .setTraceId(ByteString.copyFrom(HexFormat.of().parseHex(TRACE)))
        .setTraceState("other=1,ot=th:c;rv:ffffffffffffff")
        .setStartTimeUnixNano(START)
        .setEndTimeUnixNano(START + 12_500_000);
  }

  private static byte[] request(Span.Builder... spans) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (Span.Builder span : spans) {
      scope.addSpans(span);
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(Resource.newBuilder().addAttributes(text("service.name", "shop")))
                .addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  @Test
  void serverSpansBecomeEventsByNewNamesAndOldOnes() throws Refusal {
    Span.Builder current =
        span()
            .addAttributes(text("http.request.method", "GET"))
            .addAttributes(text("http.route", "/orders/{id}"))
            .addAttributes(number("http.response.status_code", 503))
            .addAttributes(text("freshet.cache", "miss"));
    Span.Builder older =
        span()
            .addAttributes(text("http.method", "GET"))
            .addAttributes(text("http.route", "/orders/{id}"))
            .addAttributes(number("http.status_code", 503))
            .addAttributes(text("freshet.cache", "miss"));
    Span.Builder client = span().setKind(Span.SpanKind.SPAN_KIND_CLIENT);
    Parsed parsed = endpoint.parse(request(current, client, older), PROTOBUF, 0);
    assertThat(parsed.events()).containsExactly(EVENT, EVENT);
    assertThat(parsed.rejectedCount()).isZero();
    assertThat(endpoint.accepted(parsed, PROTOBUF).body()).isEmpty();
  }

  @Test
  void jsonSaysTheSame() throws Refusal {
    String json =
        """
        {"resourceSpans":[{"resource":{"attributes":[
            {"key":"service.name","value":{"stringValue":"shop"}}]},
          "scopeSpans":[{"spans":[
            {"traceId":"4BF92F3577B34DA6A3CE929D0E0E4736","traceState":"ot=p:2","kind":2,
             "startTimeUnixNano":"1795341600000000000","endTimeUnixNano":"1795341600012500000",
             "attributes":[
               {"key":"http.request.method","value":{"stringValue":"GET"}},
               {"key":"http.route","value":{"stringValue":"/orders/{id}"}},
               {"key":"http.response.status_code","value":{"intValue":"503"}},
               {"key":"freshet.cache","value":{"stringValue":"miss"}}]},
            {"kind":3,"name":"a client"}]}]}]}""";
    Parsed parsed = endpoint.parse(json.getBytes(StandardCharsets.UTF_8), JSON, 0);
    assertThat(parsed.events()).containsExactly(EVENT);
    assertThat(new String(endpoint.accepted(parsed, JSON).body(), StandardCharsets.UTF_8))
        .isEqualTo("{}");
  }

  @Test
  void whatIsNoRequestIsAPartialSuccess() throws Exception {
    byte[] body = request(span().setEndTimeUnixNano(START - 1), span());
    Parsed parsed = endpoint.parse(body, PROTOBUF, 0);
    assertThat(parsed.events()).hasSize(1);
    var success =
        ExportTraceServiceResponse.parseFrom(endpoint.accepted(parsed, PROTOBUF).body())
            .getPartialSuccess();
    assertThat(success.getRejectedSpans()).isEqualTo(1);
    assertThat(success.getErrorMessage()).contains("a span ends after it starts");
    assertThat(new String(endpoint.accepted(parsed, JSON).body(), StandardCharsets.UTF_8))
        .startsWith("{\"partialSuccess\":{\"rejectedSpans\":\"1\",\"errorMessage\":\"the first: ");
  }

  @Test
  void aSpanThatIsNotHttpGoesByItsName() throws Refusal {
    Span.Builder rpc =
        span()
            .setName("shop.Orders/Get")
            .setTraceState("")
            .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR));
    Span.Builder unmatched = span().addAttributes(text("http.request.method", "GET"));
    assertThat(endpoint.parse(request(rpc, unmatched), PROTOBUF, 0).events())
        .extracting(RequestEvent::route, RequestEvent::status, RequestEvent::weight)
        .containsExactly(tuple("shop.Orders/Get", 500, 1), tuple(RequestEvent.UNMATCHED, 0, 4));
  }

  @Test
  void nonsenseIsRefusedInTheEncodingOfTheQuestion() {
    for (String type : new String[] {PROTOBUF, JSON}) {
      assertThatThrownBy(() -> endpoint.parse(new byte[] {'x', 1, 2}, type, 0))
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal -> {
                assertThat(refusal.status()).isEqualTo(400);
                Reply reply = endpoint.refused(refusal, type);
                assertThat(reply.contentType()).isEqualTo(type);
                assertThat(new String(reply.body(), StandardCharsets.UTF_8)).contains("not ");
              });
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|1",
        "ot=th:0|1",
        "ot=th:8|2",
        "ot=th:c|4",
        "vendor=x, ot=rv:1;th:fd70a3d70a3d71|100",
        "ot=p:3;r:5|8",
        "ot=p:0|1",
        "ot=p:63|1",
        "ot=th:|1",
        "ot=th:123456789abcdef0|1",
        "ot=th:xyz|1",
        "ot=p:-1|1",
      })
  void weightsComeFromTheTraceState(String traceState, double weight) {
    assertThat(TraceState.weight(traceState)).isCloseTo(weight, within(1e-9));
  }
}
