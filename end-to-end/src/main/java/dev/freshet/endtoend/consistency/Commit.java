package dev.freshet.endtoend.consistency;

import dev.freshet.events.Lsn;
import dev.freshet.events.RowChange;
import java.util.List;

/**
 * A transaction as the log tells it, once its commit is in the log.
 *
 * @param end behind its commit record
 */
record Commit(Lsn end, List<RowChange> changes) {

  Commit {
    changes = List.copyOf(changes);
  }
}
