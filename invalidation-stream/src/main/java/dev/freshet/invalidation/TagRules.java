package dev.freshet.invalidation;

import dev.freshet.events.Row;
import dev.freshet.events.RowChange;
import dev.freshet.events.TableName;
import dev.freshet.events.TagTemplate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which names does a row change make stale? Pure and immutable.
 *
 * <p>Both images of the row count: what it was tagged before, and what it is tagged now. Where the
 * log does not tell a column, the answer is the table's own tag, which is never too little for
 * entries that carry it.
 */
public final class TagRules {

  /**
   * What a change touches.
   *
   * @param tags tags of Freshet's entries
   * @param keys keys of another cache
   * @param tagSets sets of keys of another cache
   * @param collapsed whether a name could not be told and the table's tag stands for it
   */
  public record Touched(
      Set<String> tags, Set<String> keys, Set<String> tagSets, boolean collapsed) {}

  private final Map<TableName, TableRule> rules;

  public TagRules(Map<TableName, TableRule> rules) {
    this.rules = Map.copyOf(rules);
  }

  /** The tag of a whole table: stale when it is truncated. */
  public static String tableTag(TableName table) {
    return "table:" + table;
  }

  /** The tables that have a rule, in order of name. */
  public Set<TableName> tables() {
    return new TreeMap<>(rules).keySet();
  }

  /**
   * The columns whose old value must be in the log, by table: those in names and conditions.
   * Without them a row that moves from one name to another leaves the first one stale.
   */
  public Map<TableName, Set<String>> columnsNeededBefore() {
    Map<TableName, Set<String>> needed = new TreeMap<>();
    rules.forEach(
        (table, rule) -> {
          Set<String> columns = new LinkedHashSet<>();
          for (List<TagTemplate> templates : List.of(rule.tags(), rule.delete(), rule.tagSet())) {
            templates.forEach(template -> columns.addAll(template.columns()));
          }
          columns.addAll(rule.when().keySet());
          needed.put(table, columns);
        });
    return needed;
  }

  /** What the change makes stale; empty when nothing does. */
  public Optional<Touched> touchedBy(RowChange change) {
    TableRule rule = rules.get(change.source().table());
    if (rule == null) {
      return Optional.empty();
    }
    Row before = change.before();
    Row after = change.after();
    if (change instanceof RowChange.Truncate) {
      return Optional.of(truncated(rule, change.source().table()));
    }
    if (!matches(rule, change) || isMinor(rule, change)) {
      return Optional.empty();
    }
    Collector tags = new Collector();
    tags.add(rule.tags(), before, after);
    Collector keys = new Collector();
    keys.add(rule.delete(), before, after);
    Collector tagSets = new Collector();
    tagSets.add(rule.tagSet(), before, after);
    boolean collapsed = tags.unknown || keys.unknown || tagSets.unknown;
    if (collapsed) {
      tags.names.add(tableTag(change.source().table()));
    }
    if (tags.names.isEmpty() && keys.names.isEmpty() && tagSets.names.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Touched(tags.names, keys.names, tagSets.names, collapsed));
  }

  private static Touched truncated(TableRule rule, TableName table) {
    Set<String> tags = constants(rule.tags());
    tags.add(tableTag(table));
    return new Touched(tags, constants(rule.delete()), constants(rule.tagSet()), false);
  }

  private static Set<String> constants(List<TagTemplate> templates) {
    Set<String> names = new LinkedHashSet<>();
    Row empty = new Row(List.of(), List.of());
    for (TagTemplate template : templates) {
      if (template.isConstant()
          && template.render(empty, null) instanceof TagTemplate.Rendered.Name name) {
        names.add(name.text());
      }
    }
    return names;
  }

  private static boolean matches(TableRule rule, RowChange change) {
    Row before = change.before();
    Row after = change.after();
    boolean oldIsUnknown = change instanceof RowChange.Update && before == null;
    return rule.when().isEmpty()
        || oldIsUnknown
        || (before != null && imageMatches(rule, before))
        || (after != null && imageMatches(rule, after));
  }

  private static boolean imageMatches(TableRule rule, Row row) {
    for (Map.Entry<String, List<String>> condition : rule.when().entrySet()) {
      if (!row.has(condition.getKey())) {
        continue;
      }
      String value = row.text(condition.getKey());
      if (Row.isUnavailable(value)) {
        continue;
      }
      if (value == null || !condition.getValue().contains(value)) {
        return false;
      }
    }
    return true;
  }

  /** Whether only columns changed that do not count; never when the old values are not known. */
  private static boolean isMinor(TableRule rule, RowChange change) {
    if (rule.unlessOnly().isEmpty()
        || !(change instanceof RowChange.Update update)
        || update.before() == null) {
      return false;
    }
    return new HashSet<>(rule.unlessOnly())
        .containsAll(changedColumns(update.before(), update.after()));
  }

  private static List<String> changedColumns(Row before, Row after) {
    List<String> changed = new ArrayList<>();
    for (String column : after.columns()) {
      String value = after.text(column);
      if (!Row.isUnavailable(value)
          && !(before.has(column) && Objects.equals(value, before.text(column)))) {
        changed.add(column);
      }
    }
    return changed;
  }

  /** Names from both images, and whether one of them could not be told. */
  private static final class Collector {
    private final Set<String> names = new LinkedHashSet<>();
    private boolean unknown;

    void add(List<TagTemplate> templates, @Nullable Row before, @Nullable Row after) {
      for (TagTemplate template : templates) {
        if (before != null) {
          add(template.render(before, null));
        }
        if (after != null) {
          add(template.render(after, before));
        }
      }
    }

    private void add(TagTemplate.Rendered rendered) {
      if (rendered instanceof TagTemplate.Rendered.Name name) {
        names.add(name.text());
      } else if (rendered instanceof TagTemplate.Rendered.Unknown) {
        unknown = true;
      }
    }
  }
}
