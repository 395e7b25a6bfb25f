package dev.freshet.runtime.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;

/**
 * What may be written at one spot of the config file, as declared by the records. The reader, the
 * schema, the reference and the printer all follow it, so they cannot disagree.
 */
sealed interface Shape {
  /** What is expected here, with its article. */
  String describe();

  /** One text. */
  record One(Scalar<?> scalar) implements Shape {
    @Override
    public String describe() {
      return scalar.describe();
    }
  }

  /** A list; a single text stands for a list of one. */
  record Many(Shape element) implements Shape {
    @Override
    public String describe() {
      return element instanceof One one ? "a list, each item " + one.describe() : "a list";
    }
  }

  /** A mapping whose keys the user chooses. */
  record Keyed(Scalar<?> key, Shape value) implements Shape {
    @Override
    public String describe() {
      return "a mapping from " + key.name() + " to " + value.describe();
    }
  }

  /** A record: a mapping whose keys are given. */
  record Group(
      String doc, List<Field> fields, Optional<Field> shorthand, Constructor<?> constructor)
      implements Shape {
    @Override
    public String describe() {
      String keys = "a mapping with the keys " + String.join(", ", keys());
      return shorthand.map(f -> f.shape().describe() + ", or " + keys).orElse(keys);
    }

    List<String> keys() {
      return fields.stream().map(Field::key).toList();
    }
  }

  /**
   * One setting.
   *
   * @param key its name in YAML
   * @param accessor reads it from the record
   * @param optional may be left out and has no default
   */
  record Field(
      String key,
      Method accessor,
      Shape shape,
      String doc,
      Optional<String> defaultText,
      Optional<String> example,
      boolean optional) {

    boolean required() {
      return defaultText.isEmpty() && !optional;
    }

    String component() {
      return accessor.getName();
    }

    Object valueIn(Object record) {
      try {
        return accessor.invoke(record);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + accessor, e);
      }
    }
  }
}
