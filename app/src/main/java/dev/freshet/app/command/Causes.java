package dev.freshet.app.command;

import dev.freshet.console.api.Why;
import dev.freshet.events.Applied;
import dev.freshet.events.AppliedJson;
import dev.freshet.events.Invalidation;
import dev.freshet.events.InvalidationJson;
import dev.freshet.events.MalformedEventException;
import dev.freshet.events.Topics;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** What became of keys and tags, as the topics tell it: as far back as they go. */
final class Causes {

  private final TopicReader reader;
  private final Topics topics;
  private final String namespace;

  Causes(TopicReader reader, Topics topics, String namespace) {
    this.reader = reader;
    this.topics = topics;
    this.namespace = namespace;
  }

  /** What last made a tag, or a key or a tag set of a rule, stale. */
  Optional<Why> ofTag(String name) {
    return newest(
            stale ->
                stale.tags().contains(name)
                    || stale.keys().contains(name)
                    || stale.tagSets().contains(name))
        .map(stale -> Why.ofTag(name, stale));
  }

  /** How a key died last, by its full name or by the application's. */
  Optional<Why> ofKey(String name) {
    String beginning = namespace + ":{";
    String ending = "}:entry:" + name;
    return reader
        .newest(
            topics.applied(),
            record -> {
              try {
                Applied applied = AppliedJson.parse(record.value());
                return applied.deletions().stream()
                    .filter(
                        deletion ->
                            deletion.key().equals(name)
                                || (deletion.key().startsWith(beginning)
                                    && deletion.key().endsWith(ending)))
                    .reduce((earlier, later) -> later)
                    .map(deletion -> new Death(deletion, applied.appliedMicros()));
              } catch (MalformedEventException e) {
                return Optional.empty();
              }
            })
        .map(
            death ->
                Why.ofKey(
                    name, death.deletion().tag(), death.appliedMicros(), behind(death.deletion())));
  }

  /** A key that died, and when. */
  private record Death(Applied.Deletion deletion, long appliedMicros) {}

  /** Everything the row change made stale; only the one tag when that record is no longer kept. */
  private Invalidation.Stale behind(Applied.Deletion deletion) {
    Invalidation.Cause cause = deletion.cause();
    return newest(
            stale ->
                stale.cause().source().lsn().equals(cause.source().lsn())
                    && stale.cause().source().key().equals(cause.source().key())
                    && !stale.tags().isEmpty())
        .orElseGet(() -> new Invalidation.Stale(Set.of(deletion.tag()), Set.of(), Set.of(), cause));
  }

  private Optional<Invalidation.Stale> newest(Predicate<Invalidation.Stale> wanted) {
    return reader.newest(topics.invalidations(), record -> stale(record.value()).filter(wanted));
  }

  private static Optional<Invalidation.Stale> stale(byte[] value) {
    try {
      return InvalidationJson.parse(value) instanceof Invalidation.Stale stale
          ? Optional.of(stale)
          : Optional.empty();
    } catch (MalformedEventException e) {
      return Optional.empty();
    }
  }
}
