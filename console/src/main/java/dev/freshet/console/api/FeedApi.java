package dev.freshet.console.api;

import dev.freshet.console.model.Feed;
import dev.freshet.console.model.HotNames;
import dev.freshet.console.model.Model;
import dev.freshet.events.Invalidation;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which, and why: busy tags and tables, the feed of invalidations, and the cause of a death. */
public final class FeedApi {

  private static final int MOST = 1000;
  private static final Map<Character, String> OPERATIONS =
      Map.of(
          'c',
          "insert",
          'r',
          "snapshot",
          'u',
          "update",
          'd',
          "delete",
          't',
          "truncate",
          'x',
          "clear_cache");

  /** Names, the busiest first; rates fade with a half-life of a minute. */
  record Busy(List<Name> names) {}

  /** One name. */
  record Name(String name, double perSecond, long total, long keysDeleted, @Nullable String last) {
    static Name of(HotNames.Hot hot) {
      return new Name(
          hot.name(),
          Answers.rate(hot.perSecond()),
          hot.total(),
          hot.keys(),
          Answers.time(hot.lastMillis()));
    }
  }

  /**
   * Row changes that made something stale, the newest first.
   *
   * @param newest the number to ask for what comes after
   */
  record Invalidations(long newest, List<Change> invalidations) {}

  /**
   * A row change.
   *
   * @param number counts up while the console runs
   * @param position where it stands in the topic: partition and offset
   * @param key the row's primary key as JSON
   * @param stale the tags and keys it made stale
   */
  public record Change(
      long number,
      String position,
      @Nullable String captured,
      @Nullable String committed,
      String operation,
      String table,
      String key,
      String lsn,
      long xid,
      Collection<String> stale) {

    /** A change as it is answered. */
    public static Change of(Feed.Entry entry) {
      Invalidation.Cause cause = entry.stale().cause();
      return new Change(
          entry.number(),
          entry.partition() + ":" + entry.offset(),
          Answers.time(entry.millis()),
          Answers.time(cause.source().committedMicros() / 1000),
          wordOf(cause.op()),
          cause.source().table().toString(),
          cause.source().key(),
          cause.source().lsn().toString(),
          cause.source().xid(),
          Feed.names(entry.stale()));
    }
  }

  /**
   * Why a key died, or what last made a tag stale.
   *
   * @param kind {@code key} or {@code tag}
   * @param deleted when the key was; null for a tag
   * @param msAfterCommit from the commit of the change to the deletion
   * @param tag through which it died
   */
  public record Why(
      String kind,
      String name,
      @Nullable String deleted,
      @Nullable Double msAfterCommit,
      String tag,
      String operation,
      String table,
      String key,
      String lsn,
      @Nullable String committed,
      Collection<String> stale) {}

  private static String wordOf(char op) {
    return OPERATIONS.getOrDefault(op, String.valueOf(op));
  }

  private final Model model;
  private final InstantSource clock;

  FeedApi(Model model, InstantSource clock) {
    this.model = model;
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    Parameter limit = Parameter.number("limit", 50, MOST, "How many.");
    return List.of(
        Endpoint.get(
            "/api/v1/tags",
            "Tags and keys that become stale most often.",
            Busy.class,
            asked -> busy(model.freshness().hotTags(), asked),
            limit),
        Endpoint.get(
            "/api/v1/tables",
            "Tables whose changes make something stale most often.",
            Busy.class,
            asked -> busy(model.freshness().hotTables(), asked),
            limit),
        Endpoint.get(
            "/api/v1/invalidations",
            "Row changes that made something stale, the newest first.",
            Invalidations.class,
            this::invalidations,
            Parameter.number("after", 0, Integer.MAX_VALUE, "Only those with a higher number."),
            Parameter.text("tag", "Only those that made this tag or key stale."),
            Parameter.text("table", "Only changes of this table, as in public.orders."),
            limit),
        Endpoint.get(
            "/api/v1/why",
            "The row change that last deleted a key or made a tag stale.",
            Why.class,
            asked -> why(model, asked.text("key"), asked.text("tag")),
            Parameter.text("key", "A key of Freshet's cache, or any Redis key in full."),
            Parameter.text("tag", "A tag, or a key or a tag set of a rule.")));
  }

  private Busy busy(HotNames names, Asked asked) {
    return new Busy(
        names.busiest(clock.millis(), asked.number("limit")).stream().map(Name::of).toList());
  }

  private Invalidations invalidations(Asked asked) {
    String tag = asked.text("tag");
    String table = asked.text("table");
    Feed feed = model.freshness().feed();
    return new Invalidations(
        feed.newest(),
        feed
            .after(
                asked.number("after"),
                asked.number("limit"),
                entry ->
                    (tag.isEmpty() || Feed.names(entry.stale()).contains(tag))
                        && (table.isEmpty()
                            || entry.stale().cause().source().table().toString().equals(table)))
            .stream()
            .map(Change::of)
            .toList());
  }

  /**
   * The cause of a death.
   *
   * @throws ProblemException when nothing is known, or not one of the two is given
   */
  public static Why why(Model model, String key, String tag) throws ProblemException {
    if (key.isEmpty() == tag.isEmpty()) {
      throw Asked.invalid(
          key.isEmpty() ? "neither \"key\" nor \"tag\" is given" : "both are given",
          "ask for one of them: why?key=dashboard:org:7 or why?tag=org:7");
    }
    Feed feed = model.freshness().feed();
    return key.isEmpty()
        ? feed.lastOf(tag).map(entry -> stale(tag, entry)).orElseThrow(() -> unknown("tag", tag))
        : feed.deathOf(key)
            .map(death -> dead(feed, key, death))
            .orElseThrow(() -> unknown("key", key));
  }

  private static ProblemException unknown(String kind, String name) {
    return new ProblemException(
        Problem.CAUSE_NOT_FOUND,
        "this console has not seen a change of the %s \"%s\"".formatted(kind, name),
        kind.equals("key")
            ? "of each batch 64 deleted keys are named; ask by tag, which is complete"
            : "it remembers the last hour and what came since; freshet why --tag reads all of it");
  }

  private static Why stale(String tag, Feed.Entry entry) {
    return answer("tag", tag, null, tag, entry.stale().cause(), Feed.names(entry.stale()));
  }

  private static Why dead(Feed feed, String key, Feed.Death death) {
    String tag = death.deletion().tag();
    Collection<String> stale =
        feed.lastOf(tag)
            .filter(entry -> entry.stale().cause().equals(death.deletion().cause()))
            .<Collection<String>>map(entry -> Feed.names(entry.stale()))
            .orElseGet(() -> List.of(tag));
    return answer("key", key, death, tag, death.deletion().cause(), stale);
  }

  private static Why answer(
      String kind,
      String name,
      Feed.@Nullable Death death,
      String tag,
      Invalidation.Cause cause,
      Collection<String> stale) {
    long committed = cause.source().committedMicros();
    return new Why(
        kind,
        name,
        death == null ? null : Answers.time(death.appliedMicros() / 1000),
        death == null || committed == 0 ? null : (death.appliedMicros() - committed) / 1000.0,
        tag,
        wordOf(cause.op()),
        cause.source().table().toString(),
        cause.source().key(),
        cause.source().lsn().toString(),
        Answers.time(committed / 1000),
        stale);
  }
}
