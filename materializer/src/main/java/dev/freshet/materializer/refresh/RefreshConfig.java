package dev.freshet.materializer.refresh;

import dev.freshet.events.TableName;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.Example;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Shorthand;
import java.time.Duration;
import java.util.List;

/** Materialized views of Postgres that are refreshed after changes. */
@Doc(
    "Materialized views of Postgres that are refreshed after changes of the tables they read."
        + " Written as a list, it is the views.")
@Shorthand("views")
public record RefreshConfig(
    @Doc("The materialized views. Views between them and their tables are seen through.")
        @Default("[]")
        @Example("[public.mv_daily]")
        List<TableName> views,
    @Doc("A refresh waits until no change came for this long.") @Default("200ms") Duration quiet,
    @Doc("The shortest time from the end of a refresh to the next one.") @Default("5s")
        Duration minInterval,
    @Doc(
            "The longest a change waits while more keep coming, unless the refresh before it is longer.")
        @Default("30s")
        Duration maxDelay) {

  public RefreshConfig {
    views = List.copyOf(views);
    if (maxDelay.compareTo(quiet) < 0) {
      throw new InvalidValue(
          "max-delay", "it is shorter than quiet (%s)".formatted(quiet), "make it longer");
    }
  }
}
