package dev.freshet.console.api;

import dev.freshet.console.model.Feed;
import dev.freshet.console.model.HotNames;
import dev.freshet.console.model.Model;
import dev.freshet.events.Invalidation;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which, and why: busy tags and tables, the feed of invalidations, and the cause of a death. */
public final class FeedApi {

  private static final int MOST = 1000;

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
   * Row changes that made something stale.
   *
   * @param run of this console: after its next start, numbers begin anew
   * @param newest the number to ask for what comes after
   */
  public record Invalidations(String run, long newest, List<Change> invalidations) {}

  private final Model model;
  private final String run;
  private final InstantSource clock;

  FeedApi(Model model, String run, InstantSource clock) {
    this.model = model;
    this.run = run;
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
            "Row changes that made something stale.",
            Invalidations.class,
            this::invalidations,
            Parameter.number("after", 0, Asked.MOST, "Only those with a higher number."),
            Parameter.text("tag", "Only those that made this tag or key stale."),
            Parameter.text("table", "Only changes of this table, as in public.orders."),
            Parameter.choice(
                "order", "newest", List.of("newest", "oldest"), "Which of them come first."),
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
        run,
        feed.newest(),
        feed
            .after(
                asked.longNumber("after"),
                asked.number("limit"),
                asked.text("order").equals("oldest"),
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
        ? feed.lastOf(tag)
            .map(entry -> Why.ofTag(tag, entry.stale()))
            .orElseThrow(() -> unknown("tag", tag))
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

  private static Why dead(Feed feed, String key, Feed.Death death) {
    String tag = death.deletion().tag();
    Invalidation.Cause cause = death.deletion().cause();
    Invalidation.Stale stale =
        feed.lastOf(tag)
            .map(Feed.Entry::stale)
            .filter(last -> last.cause().equals(cause))
            .orElseGet(() -> new Invalidation.Stale(Set.of(tag), Set.of(), Set.of(), cause));
    return Why.ofKey(key, tag, death.appliedMicros(), stale);
  }
}
