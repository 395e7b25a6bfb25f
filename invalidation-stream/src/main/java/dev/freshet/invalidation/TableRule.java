package dev.freshet.invalidation;

import dev.freshet.events.TagTemplate;
import dev.freshet.runtime.config.Default;
import dev.freshet.runtime.config.Doc;
import dev.freshet.runtime.config.InvalidValue;
import dev.freshet.runtime.config.Shorthand;
import java.util.List;
import java.util.Map;

/** What a change of one table's rows makes stale. */
@Doc("What a change of this table's rows makes stale. Written as a list, it is the list of tags.")
@Shorthand("tags")
public record TableRule(
    @Doc(
            "Tags of Freshet's own cache entries; {column} stands for the row's value, before and"
                + " after the change.")
        @Default("[]")
        List<TagTemplate> tags,
    @Doc("Plain Redis keys of another cache to delete, as in cache:org:{organization_id}:summary.")
        @Default("[]")
        List<TagTemplate> delete,
    @Doc("Redis sets (or sorted sets) whose members are keys of another cache to delete.")
        @Default("[]")
        List<TagTemplate> tagSet,
    @Doc(
            "Only rows count in which, before or after the change, each named column has one of the"
                + " listed values. A column the log does not show counts as matching.")
        @Default("{}")
        Map<String, List<String>> when,
    @Doc(
            "A change of these columns alone is no change. Needs REPLICA IDENTITY FULL to have effect.")
        @Default("[]")
        List<String> unlessOnly) {

  public TableRule {
    tags = List.copyOf(tags);
    delete = List.copyOf(delete);
    tagSet = List.copyOf(tagSet);
    when = Map.copyOf(when);
    unlessOnly = List.copyOf(unlessOnly);
    if (tags.isEmpty() && delete.isEmpty() && tagSet.isEmpty()) {
      throw new InvalidValue(
          "tags", "the rule makes nothing stale", "name at least one of tags, delete, tag-set");
    }
  }

  /** A rule with tags alone. */
  public static TableRule tags(String... templates) {
    List<TagTemplate> parsed = List.of(templates).stream().map(TagTemplate::parse).toList();
    return new TableRule(parsed, List.of(), List.of(), Map.of(), List.of());
  }
}
