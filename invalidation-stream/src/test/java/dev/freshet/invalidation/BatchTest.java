package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Invalidation;
import dev.freshet.events.Lsn;
import dev.freshet.events.TableName;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchTest {

  private final Batch batch = new Batch();

  private void touch(long xid, String... tags) {
    ChangeSource source =
        new ChangeSource(new TableName("public", "readings"), "{}", new Lsn(xid), xid, xid);
    batch.add(
        0,
        new Invalidation.Stale(
            Set.of(tags), Set.of(), Set.of(), new Invalidation.Cause('u', source)));
  }

  @Test
  void equalTagsCollapseToTheNewestAndKeepTheOlder() {
    touch(10, "a");
    touch(12, "a");
    touch(8, "a");
    touch(12, "a");

    Batch.Name name = batch.takeRest().get(0);
    assertThat(name.xid(1)).isEqualTo(12);
    assertThat(name.cause().source().xid()).isEqualTo(12);
    assertThat(name.olderXids()).containsExactlyInAnyOrder(8L, 10L);
  }

  @Test
  void aTagThatWasTakenComesAgainWhenAnotherTransactionTouchesItEvenAnOlderOne() {
    touch(10, "a");
    touch(10, "b");
    assertThat(batch.takeFresh()).hasSize(2);
    touch(10, "a");
    touch(8, "b");
    touch(9, "b");
    touch(10, "c");

    List<Batch.Name> rest = batch.takeRest();
    assertThat(rest).extracting(Batch.Name::text).containsExactly("c", "b");
    assertThat(rest.get(1).xid(1)).isEqualTo(10);
    assertThat(rest.get(1).olderXids()).containsExactly(8L, 9L);
    assertThat(batch.takeRest()).isEmpty();
  }
}
