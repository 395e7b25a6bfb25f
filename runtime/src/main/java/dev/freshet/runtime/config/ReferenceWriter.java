package dev.freshet.runtime.config;

import java.util.ArrayList;
import java.util.List;

/**
 * The reference page of a config record in Markdown: one section per group of settings, in the
 * order of the records. The same record gives the same text, byte for byte.
 */
public final class ReferenceWriter {
  private final Scalars scalars;

  public ReferenceWriter(Scalars scalars) {
    this.scalars = scalars;
  }

  /** The page under a heading of the first level, ending in a line break. */
  public String write(String title, Class<?> recordType) {
    StringBuilder page = new StringBuilder("# " + title + "\n");
    section(page, Declaration.of(recordType, scalars), Path.ROOT);
    return page.toString();
  }

  private record Section(Shape.Group group, Path path) {}

  private static void section(StringBuilder page, Shape.Group group, Path path) {
    if (!path.full().isEmpty()) {
      page.append("\n## `").append(path.full()).append("`\n");
    }
    if (!group.doc().isEmpty()) {
      page.append('\n').append(group.doc()).append('\n');
    }
    group
        .shorthand()
        .ifPresent(
            f ->
                page.append("\nWritten without keys, the value is that of `")
                    .append(f.key())
                    .append("`.\n"));
    page.append("\n| key | type | default | |\n|---|---|---|---|\n");
    List<Section> nested = new ArrayList<>();
    for (Shape.Field field : group.fields()) {
      page.append("| `").append(field.key()).append("` | ");
      page.append(cell(type(field.shape()))).append(" | ").append(byDefault(field)).append(" | ");
      page.append(cell(field.doc()));
      field.example().ifPresent(e -> page.append(" Example: `").append(cell(e)).append("`"));
      page.append(" |\n");
      collect(nested, field.shape(), path.key(field.key()));
    }
    nested.forEach(s -> section(page, s.group(), s.path()));
  }

  private static void collect(List<Section> nested, Shape shape, Path path) {
    if (shape instanceof Shape.Group group) {
      nested.add(new Section(group, path));
    } else if (shape instanceof Shape.Many many) {
      collect(nested, many.element(), new Path("", path.full() + "[]"));
    } else if (shape instanceof Shape.Keyed keyed) {
      collect(nested, keyed.value(), path.key("<" + noun(keyed.key()) + ">"));
    }
  }

  private static String type(Shape shape) {
    if (shape instanceof Shape.One one) {
      return one.scalar().choices().isEmpty()
          ? noun(one.scalar())
          : "`" + String.join("`, `", one.scalar().choices()) + "`";
    }
    if (shape instanceof Shape.Many many) {
      return "list of " + type(many.element());
    }
    if (shape instanceof Shape.Keyed keyed) {
      return "mapping: " + noun(keyed.key()) + " to " + type(keyed.value());
    }
    return "group";
  }

  private static String noun(Scalar<?> scalar) {
    return scalar.name().replaceFirst("^an? ", "");
  }

  private static String byDefault(Shape.Field field) {
    return field
        .defaultText()
        .map(d -> d.isEmpty() ? "empty" : "`" + cell(d) + "`")
        .orElse(field.optional() ? "not set" : "**required**");
  }

  private static String cell(String text) {
    return text.replace("|", "\\|").replace("\n", " ");
  }
}
