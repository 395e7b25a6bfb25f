package dev.freshet.app.command;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment in a recording: a time, or how long after its first record. */
interface RecordedTime {

  /** In milliseconds since 1970, for a recording that begins at {@code first}. */
  long millis(long first);

  /** Reads {@code 2026-11-23T09:30:00Z} and {@code 30s}. */
  final class Reader implements ITypeConverter<RecordedTime> {
    @Override
    public RecordedTime convert(String text) {
      try {
        long millis = Instant.parse(text).toEpochMilli();
        return first -> millis;
      } catch (DateTimeParseException notAnInstant) {
        try {
          Duration after = new DurationOption().convert(text);
          return first -> first + after.toMillis();
        } catch (TypeConversionException notADuration) {
          throw new TypeConversionException(
              "\"%s\" is neither a time like 2026-11-23T09:30:00Z nor one like 30s after the first record"
                  .formatted(text));
        }
      }
    }
  }
}
