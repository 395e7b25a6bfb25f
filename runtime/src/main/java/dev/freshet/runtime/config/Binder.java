package dev.freshet.runtime.config;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The step from tree to records. A method returns null when it reported a problem instead, and goes
 * on beside it, so that one reading finds them all.
 */
final class Binder {
  private final KeyIndex keys;
  private final Problems problems;
  private final Origins origins;
  private final UnaryOperator<String> unexpanded;

  /**
   * @param unexpanded puts references back in a text that may quote expanded values
   */
  Binder(KeyIndex keys, Problems problems, Origins origins, UnaryOperator<String> unexpanded) {
    this.keys = keys;
    this.problems = problems;
    this.origins = origins;
    this.unexpanded = unexpanded;
  }

  @Nullable Object bind(Node node, Shape shape, Path path) {
    if (node instanceof Node.Unresolved) {
      return null;
    }
    if (node.isEmpty()) {
      problems.add(path, node.place(), "has no value; expected " + shape.describe());
      return null;
    }
    if (shape instanceof Shape.One one) {
      return node instanceof Node.Text text
          ? scalar(text, one.scalar(), path)
          : mismatch(node, shape, path);
    }
    if (shape instanceof Shape.Many many) {
      return list(node, many, path);
    }
    if (shape instanceof Shape.Keyed keyed) {
      return node instanceof Node.Entries entries
          ? mapping(entries, keyed, path)
          : mismatch(node, shape, path);
    }
    return group(node, (Shape.Group) shape, path);
  }

  private @Nullable Object mismatch(Node node, Shape shape, Path path) {
    problems.add(path, node.place(), "found " + node.describe() + "; expected " + shape.describe());
    return null;
  }

  private @Nullable Object scalar(Node.Text text, Scalar<?> scalar, Path path) {
    origins.put(path, text.place(), text.masked());
    try {
      return scalar.parse().apply(text.value());
    } catch (IllegalArgumentException e) {
      // What the type says about an expanded value would quote it, or a part of it.
      String said =
          text.masked()
              .map(m -> "the value of \"" + m + "\" is not " + scalar.describe())
              .orElse(String.valueOf(e.getMessage()));
      problems.add(path, text.place(), said);
      return null;
    }
  }

  private @Nullable Object list(Node node, Shape.Many many, Path path) {
    if (node instanceof Node.Text) {
      Object only = bind(node, many.element(), path.onlyElement());
      return only == null ? null : List.of(only);
    }
    if (!(node instanceof Node.Items items)) {
      return mismatch(node, many, path);
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < items.items().size(); i++) {
      Node item = items.items().get(i);
      origins.put(path.index(i), item.place(), maskOf(item));
      Object value = bind(item, many.element(), path.index(i));
      if (value != null) {
        values.add(value);
      }
    }
    return values.size() == items.items().size() ? List.copyOf(values) : null;
  }

  private @Nullable Object mapping(Node.Entries node, Shape.Keyed keyed, Path path) {
    Map<Object, Object> values = new LinkedHashMap<>();
    for (Node.Entry entry : node.entries()) {
      Object key = key(entry, keyed.key(), path.key(entry.key()));
      String printed = key == null ? entry.key() : keyed.key().printed(key);
      Path inside = path.key(entry.key(), printed);
      origins.put(inside, entry.keyPlace(), maskOf(entry.value()));
      Object value = bind(entry.value(), keyed.value(), inside);
      if (key != null && value != null && values.put(key, value) != null) {
        problems.add(inside, entry.keyPlace(), "means the same as another key of this mapping");
      }
    }
    // The reader hands out no value once there is a problem, so a missing entry is never seen.
    return Collections.unmodifiableMap(values);
  }

  private @Nullable Object key(Node.Entry entry, Scalar<?> scalar, Path path) {
    try {
      return scalar.parse().apply(entry.key());
    } catch (IllegalArgumentException e) {
      problems.add(path, entry.keyPlace(), String.valueOf(e.getMessage()));
      return null;
    }
  }

  private @Nullable Object group(Node node, Shape.Group group, Path path) {
    Map<String, Node.Entry> written = new LinkedHashMap<>();
    boolean shorthand = !(node instanceof Node.Entries);
    if (node instanceof Node.Entries entries) {
      entries.entries().forEach(e -> written.put(e.key(), e));
    } else if (group.shorthand().isPresent()) {
      String key = group.shorthand().get().key();
      written.put(key, new Node.Entry(key, node.place(), node));
    } else {
      return mismatch(node, group, path);
    }
    written.values().stream()
        .filter(e -> !group.keys().contains(e.key()))
        .forEach(
            e ->
                problems.add(
                    path.key(e.key()),
                    e.keyPlace(),
                    KeyIndex.refusal(e.key()),
                    keys.hint(group, e.key())));
    List<Object> values = new ArrayList<>();
    for (Shape.Field field : group.fields()) {
      Path inside = shorthand ? path.shorthandFor(field.key()) : path.key(field.key());
      Object value = field(written.get(field.key()), field, node.place(), inside);
      if (value != null) {
        values.add(value);
      }
    }
    boolean complete = values.size() == group.fields().size();
    return complete ? construct(group, values, node, written, path) : null;
  }

  private @Nullable Object field(
      Node.@Nullable Entry entry, Shape.Field field, Place groupPlace, Path path) {
    if (entry != null && !entry.value().isEmpty()) {
      origins.put(path, entry.keyPlace(), maskOf(entry.value()));
      Object value = bind(entry.value(), field.shape(), path);
      return value == null || !field.optional() ? value : Optional.of(value);
    }
    if (field.defaultText().isPresent()) {
      return defaultOf(field, field.defaultText().get());
    }
    if (field.optional()) {
      return Optional.empty();
    }
    Place place = entry == null ? groupPlace : entry.keyPlace();
    String hint =
        field
            .example()
            .map(e -> "for example " + field.key() + ": " + e)
            .orElse("expected " + field.shape().describe());
    problems.add(path, place, "is required", hint);
    return null;
  }

  private Object defaultOf(Shape.Field field, String text) {
    Problems own = new Problems(text);
    Node node =
        field.shape() instanceof Shape.One
            ? new Node.Text(Place.START, text, false)
            : YamlTree.read(text, own).orElse(new Node.Text(Place.START, "", true));
    Object value =
        new Binder(keys, own, new Origins(text), UnaryOperator.identity())
            .bind(node, field.shape(), Path.ROOT);
    if (value == null || !own.isEmpty()) {
      throw new IllegalStateException(
          "the @Default of " + field.accessor() + " cannot be read: " + own.sorted());
    }
    return value;
  }

  private @Nullable Object construct(
      Shape.Group group,
      List<Object> values,
      Node node,
      Map<String, Node.Entry> written,
      Path path) {
    try {
      return group.constructor().newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof InvalidValue invalid) {
        refused(invalid, group, node, written, path);
      } else if (e.getCause() instanceof IllegalArgumentException refusal) {
        problems.add(path, node.place(), unexpanded.apply(String.valueOf(refusal.getMessage())));
      } else {
        throw new IllegalStateException("could not make a " + group.constructor(), e.getCause());
      }
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("could not make a " + group.constructor(), e);
    }
  }

  private void refused(
      InvalidValue invalid,
      Shape.Group group,
      Node node,
      Map<String, Node.Entry> written,
      Path path) {
    String key =
        group.fields().stream()
            .filter(f -> f.component().equals(invalid.component()))
            .map(Shape.Field::key)
            .findFirst()
            .orElse(invalid.component());
    Node.Entry entry = written.get(key);
    boolean longhand = node instanceof Node.Entries;
    problems.add(
        longhand ? path.key(key) : path.shorthandFor(key),
        entry == null ? node.place() : entry.value().place(),
        unexpanded.apply(String.valueOf(invalid.getMessage())),
        invalid.hint().map(unexpanded));
  }

  private static Optional<String> maskOf(Node node) {
    return node instanceof Node.Text text ? text.masked() : Optional.empty();
  }
}
