package dev.freshet.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a reader said of a value, kept for comparison. */
final class ReadRequests implements RequestReader.Sink {

  static final long NOW = 1_790_000_000_000L;

  final List<RequestEvent> events = new ArrayList<>();
  final List<String> reasons = new ArrayList<>();
  final List<String> all = new ArrayList<>();

  static ReadRequests of(String text) {
    return of(new RequestReader(), text.getBytes(StandardCharsets.UTF_8));
  }

  static ReadRequests of(RequestReader reader, byte[] value) {
    ReadRequests read = new ReadRequests();
    int count = reader.read(value, NOW, read);
    read.all.add(count + " in all");
    if (count != read.events.size() + read.reasons.size()) {
      throw new AssertionError(count + " events announced, read " + read.all);
    }
    return read;
  }

  @Override
  public void request(RequestFields event) {
    events.add(event.toEvent());
    all.add(event.toEvent().toString());
  }

  @Override
  public void rejected(int index, String reason, int offset, int length) {
    reasons.add(index + " " + reason);
    all.add("%d at %d+%d: %s".formatted(index, offset, length, reason));
  }
}
