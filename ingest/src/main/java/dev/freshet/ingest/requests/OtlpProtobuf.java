package dev.freshet.ingest.requests;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Reads OTLP's trace requests in protobuf. */
final class OtlpProtobuf {

  private OtlpProtobuf() {}

  /** Shows every span of kind SERVER. */
  static void read(byte[] body, Consumer<ServerSpan> spans) throws Refusal {
    ExportTraceServiceRequest request;
    try {
      request = ExportTraceServiceRequest.parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw Refusal.forGood(400, "not an ExportTraceServiceRequest: " + e.getMessage());
    }
    for (ResourceSpans resource : request.getResourceSpansList()) {
      String service =
          attributes(resource.getResource().getAttributesList()).getOrDefault("service.name", "");
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        for (Span span : scope.getSpansList()) {
          if (span.getKind() == Span.SpanKind.SPAN_KIND_SERVER) {
            spans.accept(serverSpan(service, span));
          }
        }
      }
    }
  }

  private static ServerSpan serverSpan(String service, Span span) {
    ByteString traceId = span.getTraceId();
    return new ServerSpan(
        service,
        span.getName(),
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano(),
        span.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR,
        HexFormat.of().formatHex(traceId.toByteArray()),
        span.getTraceState(),
        attributes(span.getAttributesList()));
  }

  private static Map<String, String> attributes(List<KeyValue> list) {
    Map<String, String> attributes = new HashMap<>();
    for (KeyValue attribute : list) {
      AnyValue value = attribute.getValue();
      switch (value.getValueCase()) {
        case STRING_VALUE -> attributes.put(attribute.getKey(), value.getStringValue());
        case INT_VALUE -> attributes.put(attribute.getKey(), Long.toString(value.getIntValue()));
        case BOOL_VALUE ->
            attributes.put(attribute.getKey(), Boolean.toString(value.getBoolValue()));
        default -> {
          // lists, maps and bytes say nothing about a request's outcome
        }
      }
    }
    return attributes;
  }
}
