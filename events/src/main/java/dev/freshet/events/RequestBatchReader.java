package dev.freshet.events;

import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link RequestBatch} writes, and distrusts it: a batch that is not well formed is
 * rejected from there on, once; an event with a bad field alone. Makes no garbage. Not thread-safe.
 */
final class RequestBatchReader {

  private int[] offsets = new int[64];
  private int[] lengths = new int[64];

  /** Lengths up to a query string; a name with control characters has -1. */
  private int[] templates = new int[64];

  private int strings;
  private int at;
  private boolean ended;

  int read(byte[] value, long receivedMillis, RequestFields fields, RequestReader.Sink sink) {
    at = 2;
    ended = false;
    strings = 0;
    if (value.length < 2 || value[1] != RequestBatch.VERSION) {
      sink.rejected(
          0,
          "a binary batch of version %d is expected, found %s"
              .formatted(RequestBatch.VERSION, value.length < 2 ? "one byte" : value[1]),
          0,
          value.length);
      return 1;
    }
    if (!readStrings(value)) {
      sink.rejected(0, "the names of a binary batch are cut off", 0, value.length);
      return 1;
    }
    long millis = varint(value);
    long count = varint(value);
    int index = 0;
    while (!ended && index < count) {
      int from = at;
      fields.reset(receivedMillis);
      millis += zigzag(varint(value));
      String problem = readEvent(value, millis, fields);
      if (ended) {
        sink.rejected(
            index,
            "a binary batch of %d events ends within event %d".formatted(count, index),
            from,
            value.length - from);
        return index + 1;
      }
      problem = problem == null ? fields.problem() : problem;
      if (problem == null) {
        sink.request(fields);
      } else {
        sink.rejected(index, problem, from, at - from);
      }
      index++;
    }
    if (ended || at < value.length) {
      sink.rejected(
          index,
          ended ? "a binary batch is cut off" : "something follows the binary batch",
          at,
          value.length - at);
      index++;
    }
    return index;
  }

  private boolean readStrings(byte[] value) {
    long count = varint(value);
    if (ended || count < 0 || count > value.length - at) {
      return false;
    }
    if (count > offsets.length) {
      offsets = new int[(int) count];
      lengths = new int[(int) count];
      templates = new int[(int) count];
    }
    for (int i = 0; i < count; i++) {
      long length = varint(value);
      if (ended || length < 0 || length > value.length - at) {
        return false;
      }
      offsets[i] = at;
      lengths[i] = (int) length;
      templates[i] =
          isPlain(value, at, (int) length)
              ? RequestFields.withoutQuery(value, at, (int) length)
              : -1;
      at += (int) length;
    }
    strings = (int) count;
    return true;
  }

  private @Nullable String readEvent(byte[] value, long millis, RequestFields fields) {
    long service = varint(value);
    long route = varint(value);
    int kind = one(value);
    fields.timeMillis(millis);
    fields.status(varint(value));
    fields.durationNanos(varint(value));
    fields.weight(varint(value));
    if ((kind & RequestBatch.TRACED) != 0) {
      int length = one(value);
      if (length > value.length - at) {
        ended = true;
      } else {
        fields.traceId().set(value, at, length);
        at += length;
      }
    }
    if (ended) {
      return null;
    }
    if (service < 0 || service >= strings || templates[(int) service] < 0) {
      return "service: is no name of this batch";
    }
    if (route < 0 || route >= strings || templates[(int) route] < 0) {
      return "route: is no name of this batch";
    }
    CacheOutcome outcome = CacheOutcome.of((kind >> 4) & 0x7);
    if (outcome == null) {
      return "cache: is no outcome of this version";
    }
    fields.method(HttpMethod.of(kind & 0xF));
    fields.cache(outcome);
    fields.service().set(value, offsets[(int) service], lengths[(int) service]);
    fields.routeTemplate(value, offsets[(int) route], templates[(int) route]);
    return null;
  }

  /** No control characters, and UTF-8. */
  private static boolean isPlain(byte[] value, int from, int length) {
    boolean ascii = true;
    for (int i = from; i < from + length; i++) {
      if (value[i] >= 0 && value[i] < ' ') {
        return false;
      }
      ascii &= value[i] >= 0;
    }
    return ascii || Utf8.isValid(value, from, length);
  }

  private int one(byte[] value) {
    if (at >= value.length) {
      ended = true;
      return 0;
    }
    return value[at++] & 0xFF;
  }

  private long varint(byte[] value) {
    long result = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      if (at >= value.length) {
        ended = true;
        return 0;
      }
      byte b = value[at++];
      result |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return result;
      }
    }
    // An eleventh byte: whatever this is, where the next number begins is not known.
    ended = true;
    return 0;
  }

  private static long zigzag(long number) {
    return (number >>> 1) ^ -(number & 1);
  }
}
