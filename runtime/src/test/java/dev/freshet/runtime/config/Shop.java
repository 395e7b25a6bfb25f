package dev.freshet.runtime.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The config the tests read: every kind of component once. */
@Doc("A shop.")
record Shop(
    @Doc("Where the rows are.") @Example("postgres://freshet@db:5432/shop") Address postgres,
    @Doc("Who may come in.") Optional<Secret> password,
    @Doc("Which tags a row makes stale.") @Default("{}") Map<String, Rule> invalidate,
    @Doc("SQL files.") @Default("[]") List<String> views,
    @Doc("How latency is measured.") @Default("{}") Latency latency,
    @Doc("The page to look at.") @Default("{}") Console console) {

  static final Scalars SCALARS =
      Scalars.standard()
          .with(Scalar.text(Address.class, "an address", "^[a-z]+://", "redis://h:1", Address::of));

  /** A type of the test's own. */
  record Address(String text) {
    static Address of(String text) {
      if (!text.contains("://")) {
        throw new IllegalArgumentException("\"" + text + "\" has no scheme like postgres://");
      }
      return new Address(text);
    }

    @Override
    public String toString() {
      return text;
    }
  }

  @Shorthand("tags")
  record Rule(
      @Doc("Templates of tags.") List<String> tags,
      @Doc("Columns that do not count.") @Default("[]") List<String> unlessOnly) {
    Rule {
      if (tags.isEmpty()) {
        throw new InvalidValue("tags", "has no tags", "name at least one");
      }
      if (tags.size() > 2) {
        throw new IllegalArgumentException("has more than two tags: " + tags);
      }
    }
  }

  record Latency(
      @Doc("How far back.") @Default("5m") Duration window,
      @Doc("Limits per leg.") @Default("{}") Map<String, Slo> slo) {
    Latency {
      if (window.isZero()) {
        throw new IllegalArgumentException("a window of 0s holds nothing");
      }
    }
  }

  record Slo(
      @Doc("99 of 100 are at most this.") Duration p99,
      @Doc("Share.") @Default("0.001") double errors) {}

  enum Mode {
    READ_ONLY,
    READ_WRITE
  }

  @Doc("The console.")
  record Console(
      @Doc("Address and port.") @Default("127.0.0.1:8088") String listen,
      @Doc("What it may do.") @Default("read-only") Mode mode,
      @Doc("Whether it runs.") @Default("true") boolean enabled,
      @Doc("Feed length.") @Default("1000") int feed,
      @Doc("Events kept.") @Default("5000000000") long kept,
      @Doc("Memory.") @Default("64mb") ByteSize memory) {}

  static ConfigResult<Shop> read(String yaml) {
    return read(yaml, Environment.of(Map.of()));
  }

  static ConfigResult<Shop> read(String yaml, Environment environment) {
    return new ConfigReader(SCALARS, environment).read(yaml, "freshet.yaml", Shop.class);
  }

  static ConfigResult.Accepted<Shop> accepted(ConfigResult<Shop> result) {
    return result.fold(
        value -> value,
        problems -> {
          throw new AssertionError(problems.text());
        });
  }

  /** The report without its heading; each line trimmed. */
  static List<String> problems(ConfigResult<Shop> result) {
    return result.fold(
        value -> {
          throw new AssertionError("accepted: " + value.value());
        },
        problems -> problems.text().lines().skip(1).map(String::trim).toList());
  }
}
