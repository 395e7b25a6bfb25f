package dev.freshet.materializer;

import dev.freshet.events.TableName;
import dev.freshet.events.Topics;
import dev.freshet.materializer.seed.SeedTopics;
import dev.freshet.materializer.sink.Registry;
import dev.freshet.materializer.sink.TableSwap;
import dev.freshet.materializer.view.Database;
import dev.freshet.runtime.KafkaConnection;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A view taken away, for when the role is stopped; or begun anew, at any time. */
public record ViewRemoval(Database database, KafkaConnection kafka, Topics topics) {

  /**
   * Asks whoever keeps the view to seed it again: at once where it runs, else at its next start.
   *
   * @return whether there is such a view
   */
  public boolean rebuild(String view) {
    return ask(view) > 0;
  }

  /** The same for every view; how many there are. */
  public int rebuildAll() {
    return ask(null);
  }

  private int ask(@Nullable String view) {
    try (Connection connection = database.open()) {
      Registry.ensure(connection);
      return new Registry(topics.namespace()).rebuild(connection, view);
    } catch (SQLException e) {
      throw database.failed("no rebuild could be asked for", e);
    }
  }

  /** Drops the view's table, its state and its topic; whether there is such a view. */
  public boolean drop(String view) {
    Registry registry = new Registry(topics.namespace());
    try (Connection connection = database.open();
        SeedTopics kafkaSide = new SeedTopics(kafka, topics)) {
      Registry.ensure(connection);
      Optional<Registry.Known> known = registry.find(connection, view);
      if (known.isEmpty()) {
        return false;
      }
      connection.setAutoCommit(false);
      TableSwap.drop(connection, topics.namespace(), view, TableName.parse(known.get().table()));
      registry.forget(connection, view);
      connection.commit();
      kafkaSide.forget(
          SeedTopics.application(topics, view, known.get().id(), known.get().attempt()));
      kafkaSide.forgetRows(view);
      return true;
    } catch (SQLException e) {
      throw database.failed("view " + view + " could not be dropped", e);
    }
  }
}
