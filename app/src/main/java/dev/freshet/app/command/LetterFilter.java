package dev.freshet.app.command;

import dev.freshet.events.DeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that choose among dead letters; without any of them, all are chosen. */
final class LetterFilter {

  @Option(
      names = "--stage",
      paramLabel = "STAGE",
      description = "Only what this stage gave up, as in: invalidation-stream.")
  private @Nullable String stage;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Only what came from this topic; a * at the end stands for anything.")
  private @Nullable String topic;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Only reasons that contain this, in capitals or not.")
  private @Nullable String reason;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = DurationOption.class,
      description = "Only what was given up that long ago or later: 30s, 10m, 2h, 1d.")
  private @Nullable Duration since;

  /** Whether any of the options was given. */
  boolean isSet() {
    return stage != null || topic != null || reason != null || since != null;
  }

  /** Since when, if that matters. */
  Optional<Instant> since(Instant now) {
    return Optional.ofNullable(since).map(now::minus);
  }

  boolean matches(DeadLetter letter, Instant now) {
    return (stage == null || stage.equals(letter.stage()))
        && (topic == null || isTopic(topic, letter.topic()))
        && (reason == null || lower(letter.reason()).contains(lower(reason)))
        && since(now).map(from -> letter.timeMillis() >= from.toEpochMilli()).orElse(true);
  }

  /** Whether a topic is the one that is wanted, which may end with a star. */
  static boolean isTopic(String wanted, String topic) {
    return wanted.endsWith("*")
        ? topic.startsWith(wanted.substring(0, wanted.length() - 1))
        : topic.equals(wanted);
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
