package dev.freshet.materializer.sink;

import com.fasterxml.jackson.databind.JsonNode;
import dev.freshet.events.Row;
import dev.freshet.events.TagTemplate;
import dev.freshet.materializer.view.View;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tags of a view's rows, from the columns of its key: a row that is gone has no others. */
final class RowTags {

  private final List<TagTemplate> templates;
  private final List<String> columns;
  private final Set<String> stale = new LinkedHashSet<>();

  RowTags(View view) {
    this.templates = view.tags();
    this.columns =
        view.plan().key().stream().map(i -> view.plan().columns().get(i).name()).toList();
  }

  /** Whether rows have any. */
  boolean none() {
    return templates.isEmpty();
  }

  /** A row changed, came or went. */
  void add(JsonNode key) {
    List<@Nullable String> values = new ArrayList<>();
    for (String column : columns) {
      JsonNode value = key.get(column);
      values.add(value == null || value.isNull() ? null : value.asText());
    }
    Row row = new Row(columns, values);
    for (TagTemplate template : templates) {
      if (template.render(row, null) instanceof TagTemplate.Rendered.Name name) {
        stale.add(name.text());
      }
    }
  }

  /** The tags of the rows that changed since the last call. */
  Set<String> take() {
    Set<String> taken = new LinkedHashSet<>(stale);
    stale.clear();
    return taken;
  }

  void clear() {
    stale.clear();
  }
}
