package dev.freshet.invalidation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.freshet.events.ChangeSource;
import dev.freshet.events.Lsn;
import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TagRulesTest {

  private static final TableName READINGS = new TableName("public", "readings");

  private static ChangeSource source(TableName table) {
    return new ChangeSource(table, "{\"id\":1}", new Lsn(1), 100, 1);
  }

  private static Row row(String id, @Nullable String org, @Nullable String status) {
    List<@Nullable String> values = new ArrayList<>();
    values.add(id);
    values.add(org);
    values.add(status);
    return new Row(List.of("id", "org", "status"), values);
  }

  private static TagRules rules(TableRule rule) {
    return new TagRules(Map.of(READINGS, rule));
  }

  private static TagRules rules(String... tags) {
    return rules(TableRule.tags(tags));
  }

  private static Set<String> tags(TagRules rules, RowChange change) {
    return rules.touchedBy(change).map(TagRules.Touched::tags).orElse(Set.of());
  }

  private static RowChange update(@Nullable Row before, Row after) {
    return new RowChange.Update(source(READINGS), before, after);
  }

  @Test
  void aRowThatMovesMakesBothPlacesStale() {
    assertThat(tags(rules("org:{org}"), update(row("1", "7", "ok"), row("1", "8", "ok"))))
        .containsExactlyInAnyOrder("org:7", "org:8");
  }

  @Test
  void severalTemplatesEachGiveATag() {
    RowChange insert = new RowChange.Insert(source(READINGS), row("1", "7", "ok"));
    assertThat(tags(rules("org:{org}", "reading:{id}", "all"), insert))
        .containsExactlyInAnyOrder("org:7", "reading:1", "all");
  }

  @Test
  void aDeleteTagsTheOldImage() {
    RowChange delete = new RowChange.Delete(source(READINGS), row("1", "7", "ok"));
    assertThat(tags(rules("org:{org}"), delete)).containsExactly("org:7");
  }

  @Test
  void aTruncateMakesTheTableTagAndConstantTagsStale() {
    assertThat(tags(rules("org:{org}", "all"), new RowChange.Truncate(source(READINGS))))
        .containsExactlyInAnyOrder("table:public.readings", "all");
  }

  @Test
  void aTableWithoutRuleTouchesNothing() {
    TableName other = new TableName("public", "other");
    RowChange insert = new RowChange.Insert(source(other), row("1", "7", "ok"));
    assertThat(rules("org:{org}").touchedBy(insert)).isEmpty();
  }

  @Test
  void nullGivesNoTagAndNothingElseMeansNothingStale() {
    RowChange insert = new RowChange.Insert(source(READINGS), row("1", null, "ok"));
    assertThat(rules("org:{org}").touchedBy(insert)).isEmpty();
  }

  @Test
  void aColumnThatIsNotThereCollapsesToTheTableTag() {
    RowChange insert = new RowChange.Insert(source(READINGS), row("1", "7", "ok"));
    var touched = rules("org:{dropped}", "org:{org}").touchedBy(insert).orElseThrow();
    assertThat(touched.tags()).containsExactlyInAnyOrder("org:7", "table:public.readings");
    assertThat(touched.collapsed()).isTrue();
  }

  @Test
  void theMarkerOfAValueLeftOutNeverGetsIntoATag() {
    RowChange known = update(row("1", "7", "ok"), row("1", Row.UNAVAILABLE, "ok"));
    assertThat(tags(rules("org:{org}"), known)).containsExactly("org:7");
    RowChange unknown = update(null, row("1", Row.UNAVAILABLE, "ok"));
    assertThat(tags(rules("org:{org}"), unknown)).containsExactly("table:public.readings");
  }

  private static final TableRule ONLY_PUBLISHED =
      new TableRule(
          List.of(TagTemplate.parse("org:{org}")),
          List.of(),
          List.of(),
          Map.of("status", List.of("published")),
          List.of());

  @Test
  void whenAsksTheOldAndTheNewRow() {
    TagRules rules = rules(ONLY_PUBLISHED);
    assertThat(tags(rules, update(row("1", "7", "draft"), row("1", "7", "draft")))).isEmpty();
    assertThat(tags(rules, update(row("1", "7", "draft"), row("1", "7", "published"))))
        .containsExactly("org:7");
    assertThat(tags(rules, update(row("1", "7", "published"), row("1", "7", "draft"))))
        .containsExactly("org:7");
    RowChange insert = new RowChange.Insert(source(READINGS), row("1", "7", "draft"));
    assertThat(tags(rules, insert)).isEmpty();
  }

  @Test
  void whenTakesAnUnknownOldRowForAMatch() {
    assertThat(tags(rules(ONLY_PUBLISHED), update(null, row("1", "7", "draft"))))
        .containsExactly("org:7");
  }

  private static final TableRule UNLESS_STATUS =
      new TableRule(
          List.of(TagTemplate.parse("org:{org}")),
          List.of(),
          List.of(),
          Map.of(),
          List.of("status"));

  @Test
  void aChangeOfNamedColumnsAloneIsNoChange() {
    TagRules rules = rules(UNLESS_STATUS);
    assertThat(tags(rules, update(row("1", "7", "a"), row("1", "7", "b")))).isEmpty();
    assertThat(tags(rules, update(row("1", "7", "a"), row("1", "8", "b"))))
        .containsExactlyInAnyOrder("org:7", "org:8");
    assertThat(tags(rules, update(null, row("1", "7", "b")))).containsExactly("org:7");
    RowChange delete = new RowChange.Delete(source(READINGS), row("1", "7", "a"));
    assertThat(tags(rules, delete)).containsExactly("org:7");
  }

  @Test
  void keysAndSetsOfOtherCachesComeFromTheSameImages() {
    TableRule rule =
        new TableRule(
            List.of(),
            List.of(TagTemplate.parse("cache:org:{org}:summary")),
            List.of(TagTemplate.parse("tag:org:{org}")),
            Map.of(),
            List.of());
    var touched =
        rules(rule).touchedBy(update(row("1", "7", "a"), row("1", "8", "a"))).orElseThrow();
    assertThat(touched.keys())
        .containsExactlyInAnyOrder("cache:org:7:summary", "cache:org:8:summary");
    assertThat(touched.tagSets()).containsExactlyInAnyOrder("tag:org:7", "tag:org:8");
  }

  @Test
  void namesTheColumnsWhoseOldValueMustBeInTheLog() {
    assertThat(rules(ONLY_PUBLISHED).columnsNeededBefore())
        .isEqualTo(Map.of(READINGS, Set.of("org", "status")));
  }
}
