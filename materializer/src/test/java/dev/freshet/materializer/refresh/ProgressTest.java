package dev.freshet.materializer.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.TableName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Partitions are called like the tables whose changes are in them. */
class ProgressTest {

  private static final TableName ORDERS = new TableName("public", "orders");
  private static final TableName SHOPS = new TableName("public", "shops");

  private final MaterializedView daily = view("daily", Set.of(ORDERS), Set.of());
  private final MaterializedView wide = view("wide", Set.of(ORDERS, SHOPS), Set.of());
  private final MaterializedView above =
      view("above", Set.of(ORDERS), Set.of(daily.name())); // reads daily
  private final Progress<TableName> progress =
      new Progress<>(List.of(daily, wide, above), table -> table);

  private static MaterializedView view(String name, Set<TableName> tables, Set<TableName> others) {
    return new MaterializedView(new TableName("public", name), tables, others);
  }

  private Map<TableName, Long> everywhere(long orders, long shops, MaterializedView... waiting) {
    return progress.everywhere(Map.of(ORDERS, orders, SHOPS, shops), names(waiting));
  }

  private static Set<TableName> names(MaterializedView... views) {
    return java.util.Arrays.stream(views)
        .map(MaterializedView::name)
        .collect(java.util.stream.Collectors.toSet());
  }

  @Test
  void itMovesThoughSomeViewAlwaysWaits() {
    progress.refreshed(daily, Map.of(ORDERS, 10L, SHOPS, 5L), names(wide));
    assertThat(everywhere(12, 6, daily, wide)).as("wide shows nothing yet").isEmpty();
    progress.refreshed(wide, Map.of(ORDERS, 20L, SHOPS, 7L), names(daily));
    assertThat(everywhere(22, 8, daily, wide))
        .containsOnly(Map.entry(ORDERS, 10L), Map.entry(SHOPS, 7L));
    progress.refreshed(daily, Map.of(ORDERS, 30L, SHOPS, 9L), names(wide));
    assertThat(everywhere(32, 10, daily, wide))
        .containsOnly(Map.entry(ORDERS, 20L), Map.entry(SHOPS, 7L));
  }

  @Test
  void aViewThatWaitsForNothingShowsWhatWasRead() {
    assertThat(everywhere(3, 4)).containsOnly(Map.entry(ORDERS, 3L), Map.entry(SHOPS, 4L));
    assertThat(everywhere(3, 4, daily)).containsOnly(Map.entry(SHOPS, 4L));
  }

  @Test
  void aViewIsAsOldAsTheViewBelowIt() {
    progress.refreshed(daily, Map.of(ORDERS, 10L), names());
    progress.refreshed(above, Map.of(ORDERS, 20L), names(daily));
    assertThat(everywhere(21, 0, above)).containsEntry(ORDERS, 10L);
    progress.refreshed(above, Map.of(ORDERS, 30L), names());
    assertThat(everywhere(31, 0, above)).containsEntry(ORDERS, 30L);
  }
}
