package dev.freshet.materializer;

import dev.freshet.events.TableName;
import dev.freshet.materializer.plan.ViewPlan;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.source.PostgresSchema;
import dev.freshet.materializer.sql.ViewCompiler;
import dev.freshet.materializer.sql.ViewRefusedException;
import dev.freshet.materializer.view.View;
import java.sql.Connection;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** A view by its row in {@code freshet.views}, for when the config has another one by its name. */
final class StoredView {

  private StoredView() {}

  /** Empty when its SQL now means something else, or nothing. */
  static Optional<View> of(Connection connection, Registry.Known known) {
    try {
      ViewPlan plan =
          new ViewCompiler(new PostgresSchema(connection), ZoneId.of(known.zone()))
              .compile(known.name(), known.sql());
      return plan.id().equals(known.id())
          ? Optional.of(new View(plan, TableName.parse(known.table()), List.of()))
          : Optional.empty();
    } catch (ViewRefusedException | DateTimeException changed) {
      return Optional.empty();
    }
  }
}
