package dev.freshet.materializer.view;

import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import dev.freshet.materializer.plan.ViewPlan;
import java.time.ZoneOffset;
import java.util.List;

/**
 * A view to keep: what it is and where its rows go.
 *
 * @param table the Postgres table with its rows, owned by Freshet
 * @param tags templates over the view's key columns: what a changed row makes stale, such as {@code
 *     dashboard:{org_id}}
 */
public record View(ViewPlan plan, TableName table, List<TagTemplate> tags) {

  public View {
    tags = List.copyOf(tags);
  }

  public String name() {
    return plan.name();
  }

  /** The plan's time zone as Postgres takes it. */
  public String zone() {
    return plan.zone() instanceof ZoneOffset offset && offset.getTotalSeconds() == 0
        ? "UTC"
        : plan.zone().getId();
  }
}
